import type { NodeState } from '../replicas/database-node.ts';
import { positionOfLsn } from '../replicas/wal-position.ts';
import type { PoolConnections } from './node-pool.ts';

/** One server of a database as a process sees it at the moment, for its metrics. */
export interface DatabaseServer {
  /** `catalog` or the name of a shard. */
  readonly database: string;
  /** `host:port` */
  readonly node: string;
  readonly role: 'primary' | 'replica';
  /** Whether it may be used: a primary that was replaced may not, although it answers. */
  readonly isUp: boolean;
  /** How far a replica that is up is behind its primary. */
  readonly lag?: { readonly ms: number; readonly bytes: number } | undefined;
  readonly connections: PoolConnections;
}

/**
 * How far a replica is behind, as the last probes found them.
 * @returns `undefined` where one of the two is not well, or in bytes nothing less than 0: they are not probed at once
 */
export function lagOf(replica: NodeState, primary: NodeState): DatabaseServer['lag'] {
  if (replica.status !== 'healthy' || primary.status !== 'healthy') return undefined;
  const bytes = positionOfLsn(primary.progress.lsn) - positionOfLsn(replica.progress.lsn);
  return { ms: replica.progress.lagMs, bytes: Math.max(0, bytes) };
}
