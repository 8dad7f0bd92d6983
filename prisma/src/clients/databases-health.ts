import type { NodeState } from '../replicas/database-node.ts';

/** One server as the last probe of it, or the last read of it, found it. */
export type NodeHealth = { node: string } & NodeState;

export interface DatabaseHealth {
  /** `catalog` or the name of a shard. */
  name: string;
  primary: NodeHealth;
  replicas: NodeHealth[];
}

export interface DatabasesHealth {
  catalog: DatabaseHealth;
  shards: DatabaseHealth[];
  shardMapVersion: number;
}

/** Whether any server of a database answers: enough to read from it. */
export function isReadable({ primary, replicas }: DatabaseHealth): boolean {
  return [primary, ...replicas].some(({ status }) => status === 'healthy');
}
