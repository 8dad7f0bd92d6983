import { type DatabaseHealth, type DatabasesHealth, isReadable } from './databases-health.ts';

/** What `/health/ready` tells about one database. */
export interface DatabaseCheck {
  readonly isOk: boolean;
  readonly why?: string;
}

/** What `/health/ready` tells about the databases. */
export interface DatabasesReadiness {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, DatabaseCheck>>;
}

/**
 * Whether a service that reads the databases is ready: while the catalog and at least one shard can be read. The users of the
 * other shards lose nothing by one that is down.
 */
export function readinessOf({ catalog, shards }: DatabasesHealth): DatabasesReadiness {
  return { isReady: isReadable(catalog) && shards.some(isReadable), checks: checksOf([catalog, ...shards]) };
}

/** Whether a service that reads the catalog alone is ready. */
export function catalogReadinessOf({ catalog }: DatabasesHealth): DatabasesReadiness {
  return { isReady: isReadable(catalog), checks: checksOf([catalog]) };
}

function checksOf(databases: readonly DatabaseHealth[]): Record<string, DatabaseCheck> {
  return Object.fromEntries(databases.map((database) => [database.name, checkOf(database)]));
}

function checkOf(database: DatabaseHealth): DatabaseCheck {
  const down = [database.primary, ...database.replicas].flatMap((server) =>
    server.status === 'unhealthy' ? [`${server.node}: ${server.reason}`] : [],
  );
  return down.length === 0 ? { isOk: true } : { isOk: isReadable(database), why: down.join('; ') };
}
