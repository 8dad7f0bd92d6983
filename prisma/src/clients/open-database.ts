import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { DatabaseNode, type NodeState } from '../replicas/database-node.ts';
import { startHealthProbe } from '../replicas/health-probe.ts';
import { ReplicaLag } from '../replicas/replica-lag.ts';
import { ReplicaSet } from '../replicas/replica-set.ts';
import type { DatabaseConfig } from '../topology/topology.ts';
import type { DatabaseEvent } from './database-event.ts';
import type { DatabaseHealth } from './databases-health.ts';
import { createNodeAdapter, type PoolSettings, serverOf, transactionOptionsOf } from './node-pool.ts';

const PROBE_INTERVAL_MS = 500;
const PROBE_TIME_LIMIT_MS = 1_000;

interface Disconnectable {
  $disconnect(): Promise<void>;
}

/** How to make the clients of one schema: of one server, and of all servers of a database. */
export interface ClientFactory<NodeClient, Client> {
  ofNode: (options: {
    adapter: SqlDriverAdapterFactory;
    transactionOptions: { maxWait: number; timeout: number };
    errorFormat: 'minimal';
  }) => NodeClient;
  ofDatabase: (database: string, primary: NodeClient, replicas: ReplicaSet<NodeClient>) => Client;
}

/** One database with the clients of its servers, whose health is probed while it is open. */
export interface OpenDatabase<NodeClient, Client> {
  readonly name: string;
  readonly primaryUrl: string;
  /** For the application: routed between primary and replicas. */
  readonly client: Client;
  /** For the machinery of this package: the primary, and no trace in the session of the caller. */
  readonly primary: NodeClient;
  /** Resolves when every server was probed once, whatever the results. */
  readonly probed: Promise<void>;
  health(): DatabaseHealth;
  close(): Promise<void>;
}

/** Opens one database. Nothing is waited for, and a server that is down is no error: its state says so. */
export function openDatabase<NodeClient extends Disconnectable, Client>(
  name: string,
  config: DatabaseConfig,
  factory: ClientFactory<NodeClient, Client>,
  settings: PoolSettings & { maxReplicaLagMs: number },
  onEvent: (event: DatabaseEvent) => void,
): OpenDatabase<NodeClient, Client> {
  const lag = new ReplicaLag({ maxLagMs: settings.maxReplicaLagMs });
  const openNode = (role: 'primary' | 'replica', url: string) => {
    const client = factory.ofNode({
      adapter: createNodeAdapter({ database: name, role, url }, settings),
      transactionOptions: transactionOptionsOf(settings),
      // The other formats take a stack trace for every operation, and show callers a piece of our source.
      errorFormat: 'minimal',
    });
    const node = new DatabaseNode({
      name: serverOf(url),
      client,
      probe: () => probe.now(),
      onTurn: ({ name: server, state }) => onEvent(eventOf({ database: name, role, node: server }, state)),
    });
    const probe = startHealthProbe({
      url,
      role,
      intervalMs: PROBE_INTERVAL_MS,
      timeLimitMs: PROBE_TIME_LIMIT_MS,
      onResult: (result) => node.turn(role === 'primary' ? lag.stateOfPrimary(result) : lag.stateOfReplica(result)),
    });
    const close = async () => {
      await probe.close();
      await client.$disconnect();
    };
    return { client, node, probe, close };
  };

  const primary = openNode('primary', config.primary);
  const replicas = config.replicas.map((url) => openNode('replica', url));
  const nodes = [primary, ...replicas];
  return {
    name,
    primaryUrl: config.primary,
    primary: primary.client,
    client: factory.ofDatabase(name, primary.client, new ReplicaSet(replicas.map(({ node }) => node))),
    probed: Promise.all(nodes.map(({ probe }) => probe.first)).then(() => undefined),
    health: () => ({
      name,
      primary: { node: primary.node.name, ...primary.node.state },
      replicas: replicas.map(({ node }) => ({ node: node.name, ...node.state })),
    }),
    async close() {
      await Promise.all(nodes.map(({ close }) => close()));
    },
  };
}

function eventOf(
  where: { database: string; role: 'primary' | 'replica'; node: string },
  state: NodeState,
): DatabaseEvent {
  return state.status === 'unhealthy'
    ? { kind: 'node-down', ...where, reason: state.reason }
    : { kind: 'node-up', ...where };
}
