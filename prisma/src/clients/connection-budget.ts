import { Client } from 'pg';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { messageOf } from '../errors/thrown-value.ts';
import { type DatabaseConfig, type DatabasesConfig, nodesOf } from '../topology/topology.ts';
import type { DatabaseEvent } from './database-event.ts';
import { serverOf } from './node-pool.ts';

export interface ConnectionBudgetOptions {
  config: DatabasesConfig;
  /** Connections of one process to one database on one server. */
  poolSize: number;
  /** Processes that open the databases in this way, all services together. */
  fleetProcesses: number;
  timeoutMs: number;
  onEvent: (event: DatabaseEvent) => void;
}

/** Connections that one process has to a server at most, and the databases that make them up. */
interface Demand {
  url: string;
  databases: number;
  connections: number;
}

// Beside its pool a process has: to each database of each server a health probe; to each primary a listener of its outbox; to the
// catalog's primary one listener of the queue and one of the shard map. Every server may become the primary.
const PROBE_CONNECTIONS = 1;
const OUTBOX_LISTENERS = 1;
const CATALOG_LISTENERS = 2;

/**
 * Checks that every server accepts the connections of all processes. A server that cannot be asked is skipped with an event: it
 * may come back, and must not keep the others from starting.
 * @throws DatabasesConfigError when a server accepts fewer; the message shows the arithmetic
 */
export async function checkConnectionBudget(options: ConnectionBudgetOptions): Promise<void> {
  const checks = [...demandByServer(options)].map(([server, demand]) => checkServer(server, demand, options));
  const problems = (await Promise.all(checks)).filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new DatabasesConfigError(problems.join('\n'));
}

/** The connections that one process needs at most, by server (`host:port`). */
export function demandByServer({
  config,
  poolSize,
}: Pick<ConnectionBudgetOptions, 'config' | 'poolSize'>): Map<string, Demand> {
  const demands = new Map<string, Demand>();
  const add = (url: string, besidePool: number): void => {
    const server = serverOf(url);
    const { databases = 0, connections = 0 } = demands.get(server) ?? {};
    demands.set(server, { url, databases: databases + 1, connections: connections + poolSize + besidePool });
  };
  const addDatabase = (database: DatabaseConfig, listeners: number): void => {
    for (const url of nodesOf(database)) add(url, PROBE_CONNECTIONS + OUTBOX_LISTENERS + listeners);
  };
  addDatabase(config.catalog, CATALOG_LISTENERS);
  for (const shard of Object.values(config.shards)) addDatabase(shard, 0);
  return demands;
}

async function checkServer(
  server: string,
  demand: Demand,
  { poolSize, fleetProcesses, timeoutMs, onEvent }: ConnectionBudgetOptions,
): Promise<string | undefined> {
  let accepted: number;
  try {
    accepted = await acceptedConnections(demand.url, timeoutMs);
  } catch (error) {
    onEvent({ kind: 'server-not-checked', server, reason: messageOf(error) });
    return undefined;
  }
  const needed = fleetProcesses * demand.connections;
  if (needed <= accepted) return undefined;
  const besidePools = demand.connections - demand.databases * poolSize;
  return (
    `the server ${server} accepts ${accepted} connections (max_connections less the reserved ones), but ${needed} may be ` +
    `opened: ${fleetProcesses} processes x (${demand.databases} databases x a pool of ${poolSize} + ${besidePools} for probes ` +
    'and listeners). Lower the pool size (DATABASE_POOL_SIZE) or the number of processes (DATABASE_FLEET_PROCESSES), or raise ' +
    "the server's max_connections."
  );
}

async function acceptedConnections(url: string, timeoutMs: number): Promise<number> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ accepted: number }>(`
      SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int AS accepted`);
    return rows[0]?.accepted ?? 0;
  } finally {
    await client.end().catch(() => undefined);
  }
}
