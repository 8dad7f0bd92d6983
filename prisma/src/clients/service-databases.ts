import type { StatementObserver } from '../sql/observed-statement.ts';
import { readDatabasesFile } from '../topology/topology.ts';
import type { DatabaseEvent } from './database-event.ts';
import { type Databases, openDatabases } from './databases.ts';

/** The variables of a service that say how it opens the databases. */
export interface DatabaseVariables {
  readonly TRIBUTARY_DATABASES_FILE: string;
  readonly DATABASE_POOL_SIZE: number;
  readonly DATABASE_FLEET_PROCESSES: number;
  readonly DATABASE_STATEMENT_TIMEOUT_MS: number;
  readonly DATABASE_CONNECTION_TIMEOUT_MS: number;
  readonly DATABASE_MAX_REPLICA_LAG_MS: number;
}

/** The part of a pino logger that is used. */
export interface EventLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * Opens the databases as a service does: from its environment, with what happens to them in its log.
 *
 * @throws DatabasesConfigError, DatabaseUnavailableError: see `openDatabases`
 */
export function openServiceDatabases(options: {
  service: string;
  environment: DatabaseVariables;
  onStatement: StatementObserver;
  logger: EventLogger;
}): Promise<Databases> {
  const { service, environment, onStatement, logger } = options;
  return openDatabases({
    service,
    readConfig: () => readDatabasesFile(environment.TRIBUTARY_DATABASES_FILE),
    poolSize: environment.DATABASE_POOL_SIZE,
    fleetProcesses: environment.DATABASE_FLEET_PROCESSES,
    statementTimeoutMs: environment.DATABASE_STATEMENT_TIMEOUT_MS,
    connectionTimeoutMs: environment.DATABASE_CONNECTION_TIMEOUT_MS,
    maxReplicaLagMs: environment.DATABASE_MAX_REPLICA_LAG_MS,
    onStatement,
    onEvent: createEventLog(logger),
  });
}

/** While the catalog is away every attempt to follow the shard map fails, so every two seconds. */
const NOT_FOLLOWED_INTERVAL_MS = 10_000;

/**
 * Logs events; that a server is up is news only after it was down, and that the map cannot be followed not more often than
 * every 10 s.
 *
 * @param nowMs a clock that never goes back
 */
export function createEventLog(
  logger: EventLogger,
  nowMs: () => number = () => performance.now(),
): (event: DatabaseEvent) => void {
  const down = new Set<string>();
  let notFollowedAtMs = Number.NEGATIVE_INFINITY;
  return (event) => {
    const { kind, ...fields } = event;
    switch (kind) {
      case 'node-up':
        if (down.delete(keyOf(event))) logger.info(fields, 'a database server is back');
        break;
      case 'node-down':
        down.add(keyOf(event));
        logger.warn(fields, 'a database server is down');
        break;
      case 'primary-found':
        logger.info(fields, 'found the primary of a database');
        break;
      case 'primary-lost':
        logger.warn(fields, 'a database has no primary: it is read, and writes to it are refused');
        break;
      case 'shard-map-changed':
        logger.info(fields, 'following a new shard map');
        break;
      case 'waiting-for-catalog':
        logger.warn(fields, 'waiting for the catalog database');
        break;
      case 'server-not-checked':
        logger.warn(fields, 'could not check the connections of a database server');
        break;
      case 'shard-map-not-followed':
        if (nowMs() - notFollowedAtMs < NOT_FOLLOWED_INTERVAL_MS) break;
        notFollowedAtMs = nowMs();
        logger.warn(fields, 'the shard map cannot be followed at the moment');
        break;
    }
  };
}

function keyOf({ database, node }: { database: string; node: string }): string {
  return `${database} ${node}`;
}
