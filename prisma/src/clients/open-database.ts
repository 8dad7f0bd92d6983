import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { DatabaseUnavailableError } from '../errors/database-unavailable-error.ts';
import type { NodeState } from '../replicas/database-node.ts';
import { NodeRoles } from '../replicas/node-roles.ts';
import { probeUntil } from '../replicas/probe-until.ts';
import { ReplicaSet } from '../replicas/replica-set.ts';
import { ANYWHERE, type LogPosition, positionOfLsn } from '../replicas/wal-position.ts';
import { runToTheEnd, type UsedPrimary } from '../session/database-session.ts';
import { createSwitchingAdapter } from '../sql/switching-adapter.ts';
import { type DatabaseConfig, nodesOf } from '../topology/topology.ts';
import type { DatabaseEvent } from './database-event.ts';
import { type DatabaseServer, lagOf } from './database-server.ts';
import type { DatabaseHealth, NodeHealth } from './databases-health.ts';
import { type NodePool, type PoolSettings, serverOf, transactionOptionsOf } from './node-pool.ts';
import { type OpenNode, openNode } from './open-node.ts';

/** Failed statements come by the hundred: what they want to be found out is looked for once in so long. */
const LOOK_AGAIN_INTERVAL_MS = 100;

interface Disconnectable {
  $disconnect(): Promise<void>;
}

/** What the client of a database is put together from. */
export interface DatabaseParts<NodeClient> {
  readonly database: string;
  /** A client of the primary, whichever it is. */
  readonly primary: NodeClient;
  /** The primary as a session uses it. */
  readonly server: UsedPrimary;
  readonly replicas: ReplicaSet<NodeClient>;
}

/** How to make the clients of one schema: of one server, and of all servers of a database. */
export interface ClientFactory<NodeClient, Client> {
  ofNode: (options: {
    adapter: SqlDriverAdapterFactory;
    transactionOptions: { maxWait: number; timeout: number };
    errorFormat: 'minimal';
  }) => NodeClient;
  ofDatabase: (parts: DatabaseParts<NodeClient>) => Client;
}

/** One database with the clients of its servers, whose health and roles are probed while it is open. */
export interface OpenDatabase<NodeClient, Client> {
  readonly name: string;
  /** URL of the primary; while there is none, of the last one, or of the first server before any was found. */
  primaryUrl(): string;
  /** For the application: routed between primary and replicas. */
  readonly client: Client;
  /** For the machinery of this package: the primary, whichever it is, and no trace in the session of the caller. */
  readonly primary: NodeClient;
  /**
   * Reads for the machinery, on any server that is well: no observer is told of it.
   * @throws DatabaseUnavailableError when there is none
   */
  readQuietly(sql: string): Promise<unknown[][]>;
  /**
   * Writes for the machinery: no observer is told of it.
   * @throws DatabaseUnavailableError
   */
  writeQuietly(sql: string): Promise<void>;
  /** The highest timeline that was heard of. */
  timeline(): number;
  /** Takes note of a timeline that somebody else has met: servers on a lower one are fenced. */
  noteTimeline(timeline: number): void;
  /** Resolves when every server was probed once, whatever the results. */
  readonly probed: Promise<void>;
  /**
   * How far the primary has written its log: what was committed before the call lies before it.
   * @throws DatabaseUnavailableError
   */
  position(): Promise<LogPosition>;
  health(): DatabaseHealth;
  /** Its servers, for metrics. */
  servers(): DatabaseServer[];
  close(): Promise<void>;
}

/**
 * Opens one database. Nothing is waited for, and a server that is down is no error: its state says so.
 * @param askOthers tells this database the timelines of it that others have met, before a primary is written that was not before
 */
export async function openDatabase<NodeClient extends Disconnectable, Client>(
  name: string,
  config: DatabaseConfig,
  factory: ClientFactory<NodeClient, Client>,
  settings: PoolSettings & { maxReplicaLagMs: number },
  askOthers: () => Promise<void>,
  onEvent: (event: DatabaseEvent) => void,
): Promise<OpenDatabase<NodeClient, Client>> {
  const urls = new Map(nodesOf(config).map((url) => [serverOf(url), url]));
  const roles = new NodeRoles({ nodes: [...urls.keys()], maxLagMs: settings.maxReplicaLagMs });
  const nodes = new Map<string, OpenNode<NodeClient>>();
  let primary: string | undefined;
  let lastPrimary = serverOf(config.primary);
  let candidate: string | undefined;
  let isProbed = false;
  let lookedAgainAtMs = 0;

  const turn = (states: ReadonlyMap<string, NodeState>): void => {
    for (const [server, state] of states) nodes.get(server)?.node.turn(state);
    followPrimary();
  };

  function followPrimary(): void {
    const found = roles.primary;
    if (found === primary) return;
    if (primary !== undefined) {
      // What is still under way there must not become a write to a server that is none to write to any more.
      nodes.get(primary)?.pool.cut();
      primary = undefined;
      onEvent({ kind: 'primary-lost', database: name, node: lastPrimary });
    }
    if (found === undefined || found === candidate) return;
    if (isProbed) void confirm(found);
    else writeTo(found);
  }

  /** Whoever comes back may have been replaced by one that cannot be reached from here. */
  async function confirm(found: string): Promise<void> {
    candidate = found;
    await askOthers();
    if (candidate !== found) return;
    candidate = undefined;
    if (roles.primary === found) writeTo(found);
  }

  function writeTo(found: string): void {
    primary = found;
    lastPrimary = found;
    onEvent({ kind: 'primary-found', database: name, node: found, timeline: roles.timeline });
  }

  function lookAgain(): void {
    const nowMs = performance.now();
    if (nowMs - lookedAgainAtMs < LOOK_AGAIN_INTERVAL_MS) return;
    lookedAgainAtMs = nowMs;
    for (const { probe } of nodes.values()) void probe.now();
  }

  function poolOfPrimary(): NodePool {
    const open = primary === undefined ? undefined : nodes.get(primary);
    if (open !== undefined) return open.pool;
    throw withoutPrimary();
  }

  function withoutPrimary(): DatabaseUnavailableError {
    return new DatabaseUnavailableError({ database: name, node: lastPrimary, reason: 'without-primary' }, undefined);
  }

  const clientOn = (connections: () => SqlDriverAdapter): NodeClient =>
    factory.ofNode({
      adapter: createSwitchingAdapter(connections),
      transactionOptions: transactionOptionsOf(settings),
      // The other formats take a stack trace for every operation, and show callers a piece of our source.
      errorFormat: 'minimal',
    });

  async function meetTimeline(timeline: number): Promise<void> {
    const isMet = () => roles.timeline >= timeline;
    const probes = [...nodes.values()].map(({ probe }) => probe);
    await probeUntil(probes, () => isMet() && primary !== undefined);
    if (!isMet()) throw withoutPrimary();
  }

  async function positionOfPrimary(): Promise<LogPosition> {
    const { timeline } = roles;
    const query = { sql: 'SELECT pg_current_wal_insert_lsn()::text', args: [], argTypes: [] };
    // Who asks has written: what they have to tell others of it is worth more than the time.
    const { rows } = await runToTheEnd(() => poolOfPrimary().adapter.queryRaw(query));
    return { timeline, bytes: positionOfLsn(String(rows[0]?.[0])) };
  }

  for (const [server, url] of urls) {
    const opened = await openNode({
      database: name,
      url,
      settings,
      clientOn,
      onFailure: lookAgain,
      onProbed: (result) => {
        turn(roles.note(server, result));
        // A server that is frozen would hold what was asked of it until its time is up.
        if (roles.isAway(server)) nodes.get(server)?.pool.cut();
      },
      onEvent,
    });
    nodes.set(server, opened);
  }
  const all = [...nodes.values()];
  const probed = Promise.all(all.map(({ probe }) => probe.first)).then(() => {
    isProbed = true;
  });
  const primaryClient = clientOn(() => poolOfPrimary().adapter);
  const healthOfPrimary = (): NodeHealth => {
    const state = nodes.get(lastPrimary)?.node.state ?? { status: 'unprobed' };
    const isLost = primary === undefined && state.status === 'healthy';
    return { node: lastPrimary, ...(isLost ? { status: 'unhealthy', reason: 'is no primary any more' } : state) };
  };
  return {
    name,
    primaryUrl: () => nodes.get(lastPrimary)?.url ?? config.primary,
    primary: primaryClient,
    client: factory.ofDatabase({
      database: name,
      primary: primaryClient,
      server: {
        positionFromNowOn: () => positionOfPrimary().catch(() => ANYWHERE),
        timeline: () => roles.timeline,
        meetTimeline,
      },
      replicas: new ReplicaSet(all.map(({ node }) => node)),
    }),
    position: positionOfPrimary,
    probed,
    async readQuietly(sql) {
      const well = all.find(({ node }) => node.state.status === 'healthy');
      const { rows } = await (well?.pool ?? poolOfPrimary()).quietAdapter.queryRaw({ sql, args: [], argTypes: [] });
      return rows;
    },
    async writeQuietly(sql) {
      await poolOfPrimary().quietAdapter.executeRaw({ sql, args: [], argTypes: [] });
    },
    timeline: () => roles.timeline,
    noteTimeline: (timeline) => turn(roles.noteTimeline(timeline)),
    health: () => ({
      name,
      primary: healthOfPrimary(),
      replicas: all
        .filter(({ node }) => node.name !== lastPrimary)
        .map(({ node }) => ({ node: node.name, ...node.state })),
    }),
    servers: () => {
      const health = healthOfPrimary();
      return all.map(({ node, pool }) => {
        const isPrimary = node.name === health.node;
        const state = isPrimary ? health : node.state;
        return {
          database: name,
          node: node.name,
          role: isPrimary ? 'primary' : 'replica',
          isUp: state.status === 'healthy',
          lag: isPrimary ? undefined : lagOf(node.state, health),
          connections: pool.connections(),
        };
      });
    },
    async close() {
      await primaryClient.$disconnect();
      await Promise.all(all.map((each) => each.close()));
    },
  };
}
