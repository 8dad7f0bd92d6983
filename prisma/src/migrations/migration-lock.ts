import { Client } from 'pg';
import { MigrationError } from '../errors/migration-error.ts';
import { sqlStateOf } from '../sql/sql-state.ts';

const LOCK_KEY = 7702;
const LOCK_TIMEOUT = '60s';
const CONNECTION_TIMEOUT_MS = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs work that only one process at a time may do to a database: all instances of a service migrate when they start.
 * @throws MigrationError when another process held the lock for a minute; pg's error when the server cannot be reached
 */
export async function withMigrationLock<T>(url: string, work: (connection: Client) => Promise<T>): Promise<T> {
  const connection = new Client({
    connectionString: url,
    application_name: 'migrate',
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
  });
  // A lost connection fails the next query; an error event that nobody hears would end the process.
  connection.on('error', () => undefined);
  try {
    await connection.connect();
    await connection.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
    await lock(connection);
    return await work(connection);
  } finally {
    // The lock is the session's and ends with it.
    await connection.end().catch(() => undefined);
  }
}

async function lock(connection: Client): Promise<void> {
  try {
    await connection.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
  } catch (error) {
    if (sqlStateOf(error) === LOCK_NOT_AVAILABLE) {
      throw new MigrationError(`another process has been migrating for more than ${LOCK_TIMEOUT}`, { cause: error });
    }
    throw error;
  }
}
