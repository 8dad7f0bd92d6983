import { Client } from 'pg';

/** Runs `work` on a connection of its own, which is closed afterwards. Administration is rare: it needs no pool. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'local-stack',
  });
  // A server that ends while the connection idles is told by an event that would end the process; the next query fails too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
