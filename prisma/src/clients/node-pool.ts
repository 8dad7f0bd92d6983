import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils';
import { currentSignal } from '../session/database-session.ts';
import { adaptNode, type NodeIdentity } from '../sql/node-adapter.ts';
import type { StatementObserver } from '../sql/observed-statement.ts';
import { openStatementPool } from '../sql/statement-pool.ts';

/** How a process connects to every server, the same for all. */
export interface PoolSettings {
  /** Shown by the server, `pg_stat_activity.application_name`. */
  service: string;
  /** Connections to one database on one server. */
  poolSize: number;
  /** The server cancels a statement that takes longer. */
  statementTimeoutMs: number;
  /** How long to wait for a connection, be it a new one or one that others use. */
  connectionTimeoutMs: number;
  onStatement: StatementObserver | undefined;
}

/** The connections of a process to one database on one server. */
export interface NodePool {
  /** Prisma's adapter on them, which may serve several clients. */
  readonly adapter: SqlDriverAdapter;
  /** The same for what the machinery asks by itself, which no observer is told of. */
  readonly quietAdapter: SqlDriverAdapter;
  /** Breaks every connection, whatever is under way on it; the next statement opens a new one. */
  cut(): void;
  /** What its connections are busy with. */
  connections(): PoolConnections;
  close(): Promise<void>;
}

/** Connections of a process to one database on one server. */
export interface PoolConnections {
  readonly active: number;
  readonly idle: number;
  /** Statements and transactions that wait for one. */
  readonly waiting: number;
}

const IDLE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_DELAY_MS = 10_000;
// Beyond the server's own limit: only a server that hangs, or is cut off, is still silent then.
const SILENCE_AFTER_STATEMENT_TIMEOUT_MS = 1_000;

/**
 * Makes a pool for one server; nothing is connected yet.
 * @param onFailure called when the server could not be asked
 */
export async function openNodePool(
  url: string,
  identity: NodeIdentity,
  settings: PoolSettings,
  onFailure: () => void,
): Promise<NodePool> {
  const { pool, cut } = openStatementPool({
    connectionString: url,
    application_name: settings.service,
    max: settings.poolSize,
    connectionTimeoutMillis: settings.connectionTimeoutMs,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: settings.statementTimeoutMs,
    query_timeout: settings.statementTimeoutMs + SILENCE_AFTER_STATEMENT_TIMEOUT_MS,
    // A process that is frozen in a transaction cannot roll it back: all who wait for its locks would wait as long as it is frozen.
    idle_in_transaction_session_timeout: transactionOptionsOf(settings).timeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    currentSignal,
  });
  const connection = await new PrismaPg(pool).connect();
  const adapter = adaptNode(connection, identity, { onStatement: settings.onStatement, onFailure });
  const quietAdapter = adaptNode(connection, identity, { onFailure });
  const connections = (): PoolConnections => ({
    active: pool.totalCount - pool.idleCount,
    idle: pool.idleCount,
    waiting: pool.waitingCount,
  });
  return { adapter, quietAdapter, cut, connections, close: () => pool.end() };
}

/** Options of a Prisma client whose transactions wait for a connection a little longer than the pool, so that the pool's error is the one that is seen. */
export function transactionOptionsOf({ connectionTimeoutMs, statementTimeoutMs }: PoolSettings) {
  return { maxWait: connectionTimeoutMs + 1_000, timeout: statementTimeoutMs + 5_000 };
}

/** `host:port` of a URL. */
export function serverOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '5432'}`;
}
