import { type Client, escapeIdentifier, escapeLiteral } from 'pg';
import { type Credentials, ROLES } from './credentials.ts';

/** Makes the roles that are missing. The application may look at every statistic, and is no superuser. */
export async function ensureRoles(client: Client, credentials: Credentials): Promise<void> {
  await ensureRole(client, ROLES.application, `LOGIN PASSWORD ${escapeLiteral(credentials.application)}`);
  await ensureRole(client, ROLES.replication, `LOGIN REPLICATION PASSWORD ${escapeLiteral(credentials.replication)}`);
  await client.query(`GRANT pg_monitor, pg_read_all_stats TO ${ROLES.application}`);
}

async function ensureRole(client: Client, name: string, options: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  if (rowCount === 0) await client.query(`CREATE ROLE ${escapeIdentifier(name)} ${options}`);
}

/** In `template1` it is in every database made later; only a superuser may create it. */
export async function ensureStatementStatistics(client: Client): Promise<void> {
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
}

/** Makes the databases that are missing. */
export async function ensureDatabases(client: Client, names: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
  const existing = new Set(rows.map((row) => row.datname));
  for (const name of names) {
    if (!existing.has(name)) await createDatabase(client, name);
  }
}

/**
 * Makes a database that belongs to the application.
 * @param template the database to copy, which nobody may be connected to
 * @throws pg's DatabaseError: 42P04 when it exists, 55006 when somebody uses the template
 */
export async function createDatabase(client: Client, name: string, template = 'template1'): Promise<void> {
  await client.query(
    `CREATE DATABASE ${escapeIdentifier(name)} OWNER ${ROLES.application} TEMPLATE ${escapeIdentifier(template)}`,
  );
}
