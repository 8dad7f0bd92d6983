import { Client } from 'pg';

/**
 * Opens a connection for a move. The settings make the text of a row the same on every server, whatever its defaults: rows
 * travel, and are compared, as text.
 */
export async function openMoveConnection(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'shard move',
    options: '-c TimeZone=UTC -c DateStyle=ISO -c bytea_output=hex -c extra_float_digits=1 -c statement_timeout=0',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A connection that breaks while it is idle makes the next statement on it fail, which is where it is dealt with.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Runs statements in one transaction, which is rolled back when they fail. */
export async function inTransaction<Result>(
  client: Client,
  run: () => Promise<Result>,
  begin = 'BEGIN',
): Promise<Result> {
  await client.query(begin);
  try {
    const result = await run();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A broken connection cannot roll back, and need not: its server does.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Lets the open transaction write rows of logical shards that its database does not own. */
export async function allowMovingShards(client: Client): Promise<void> {
  await client.query("SELECT set_config('tributary.moving_shards', 'on', true)");
}
