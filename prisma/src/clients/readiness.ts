import { type DatabaseHealth, type DatabasesHealth, isReadable } from './databases-health.ts';

/** What `/health/ready` tells about one database. */
export interface DatabaseCheck {
  readonly isOk: boolean;
  readonly why?: string;
}

/**
 * Whether a service that reads the databases is ready: while the catalog and at least one shard can be read. The users of the
 * other shards lose nothing by one that is down.
 */
export function readinessOf({ catalog, shards }: DatabasesHealth): {
  isReady: boolean;
  checks: Record<string, DatabaseCheck>;
} {
  return {
    isReady: isReadable(catalog) && shards.some(isReadable),
    checks: Object.fromEntries([catalog, ...shards].map((database) => [database.name, checkOf(database)])),
  };
}

function checkOf(database: DatabaseHealth): DatabaseCheck {
  const down = [database.primary, ...database.replicas].flatMap((server) =>
    server.status === 'unhealthy' ? [`${server.node}: ${server.reason}`] : [],
  );
  return down.length === 0 ? { isOk: true } : { isOk: isReadable(database), why: down.join('; ') };
}
