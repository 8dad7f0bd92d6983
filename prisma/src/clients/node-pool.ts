import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { adaptNode } from '../sql/node-adapter.ts';
import type { StatementObserver } from '../sql/observed-statement.ts';

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

export interface NodeAddress {
  database: string;
  role: 'primary' | 'replica';
  url: string;
}

const IDLE_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_DELAY_MS = 10_000;
// Beyond the server's own limit: only a server that hangs, or is cut off, is still silent then.
const SILENCE_AFTER_STATEMENT_TIMEOUT_MS = 1_000;

/** The adapter of Prisma for one server, with its own pool, which is closed when the client that uses it disconnects. */
export function createNodeAdapter(address: NodeAddress, settings: PoolSettings): SqlDriverAdapterFactory {
  const factory = new PrismaPg({
    connectionString: address.url,
    application_name: settings.service,
    max: settings.poolSize,
    connectionTimeoutMillis: settings.connectionTimeoutMs,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    statement_timeout: settings.statementTimeoutMs,
    query_timeout: settings.statementTimeoutMs + SILENCE_AFTER_STATEMENT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
  });
  const identity = { database: address.database, role: address.role, node: serverOf(address.url) };
  return adaptNode(factory, identity, settings.onStatement);
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
