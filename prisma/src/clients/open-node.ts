import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { DatabaseNode } from '../replicas/database-node.ts';
import { type HealthProbe, type ProbeResult, startHealthProbe } from '../replicas/health-probe.ts';
import type { DatabaseEvent } from './database-event.ts';
import { type NodePool, openNodePool, type PoolSettings, serverOf } from './node-pool.ts';

const PROBE_INTERVAL_MS = 500;
const PROBE_TIME_LIMIT_MS = 1_000;

export interface OpenNodeOptions<NodeClient> {
  database: string;
  url: string;
  settings: PoolSettings;
  clientOn: (connections: () => SqlDriverAdapter) => NodeClient;
  /** Called when the server could not be asked. */
  onFailure: () => void;
  onProbed: (result: ProbeResult) => void;
  onEvent: (event: DatabaseEvent) => void;
}

/** One server of a database with all that a process has to do with it. */
export interface OpenNode<NodeClient> {
  readonly url: string;
  readonly pool: NodePool;
  readonly node: DatabaseNode<NodeClient>;
  readonly probe: HealthProbe;
  close(): Promise<void>;
}

/** Opens one server, which begins to be probed. */
export async function openNode<NodeClient extends { $disconnect(): Promise<void> }>(
  options: OpenNodeOptions<NodeClient>,
): Promise<OpenNode<NodeClient>> {
  const { database, url, settings, clientOn, onFailure, onProbed, onEvent } = options;
  const name = serverOf(url);
  const identity = {
    database,
    node: name,
    get role() {
      return node.role;
    },
  };
  const pool = await openNodePool(url, identity, settings, onFailure);
  const client = clientOn(() => pool.adapter);
  const node: DatabaseNode<NodeClient> = new DatabaseNode({
    name,
    client,
    probe: { now: () => probe.now(), anew: () => probe.anew() },
    onTurn: ({ role, state }) => {
      const where = { database, role, node: name };
      onEvent(
        state.status === 'unhealthy'
          ? { kind: 'node-down', ...where, reason: state.reason }
          : { kind: 'node-up', ...where },
      );
    },
  });
  const probe = startHealthProbe({
    url,
    intervalMs: PROBE_INTERVAL_MS,
    timeLimitMs: PROBE_TIME_LIMIT_MS,
    onResult: onProbed,
  });
  return {
    url,
    pool,
    node,
    probe,
    async close() {
      await probe.close();
      await client.$disconnect();
      await pool.close();
    },
  };
}
