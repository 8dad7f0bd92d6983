import type { Metrics } from './metrics.ts';

/** A server of a database, as a process sees it. */
export interface DatabaseServer {
  /** `catalog` or the name of a shard. */
  readonly database: string;
  /** `host:port` */
  readonly node: string;
  readonly role: 'primary' | 'replica';
  readonly isUp: boolean;
  /** How far a replica that is up is behind its primary. */
  readonly lag?: { readonly ms: number; readonly bytes: number } | undefined;
  readonly connections: {
    readonly active: number;
    readonly idle: number;
    /** How many wait for one. */
    readonly waiting: number;
  };
}

/** Has the state of database servers read. */
export function readDatabaseServers(metrics: Metrics, servers: () => readonly DatabaseServer[]): void {
  metrics.read('tributary_database_server_up', () =>
    servers().map(({ database, node, role, isUp }) => ({ labels: { database, node, role }, value: Number(isUp) })),
  );
  metrics.read('tributary_sql_connections', () =>
    servers().flatMap(({ database, node, connections: { active, idle } }) => [
      { labels: { database, node, state: 'active' }, value: active },
      { labels: { database, node, state: 'idle' }, value: idle },
    ]),
  );
  metrics.read('tributary_sql_pool_waiting', () =>
    servers().map(({ database, node, connections: { waiting } }) => ({ labels: { database, node }, value: waiting })),
  );
  metrics.read('tributary_replica_lag_seconds', () =>
    servers().flatMap(({ database, node, lag }) =>
      lag ? [{ labels: { database, node }, value: lag.ms / 1_000 }] : [],
    ),
  );
  metrics.read('tributary_replica_lag_bytes', () =>
    servers().flatMap(({ database, node, lag }) => (lag ? [{ labels: { database, node }, value: lag.bytes }] : [])),
  );
}
