import { Client, types } from 'pg';

const BIGINT_OID = 20;

/** All rows of a table as plain SQL gives them, bigint columns as bigint: what answers are held against. */
// biome-ignore lint/suspicious/noExplicitAny: rows of every table
export async function readTable(url: string, table: string): Promise<any[]> {
  const client = new Client({
    connectionString: url,
    types: {
      getTypeParser: (oid, format) => (oid === BIGINT_OID ? BigInt : types.getTypeParser(oid, format)),
    },
  });
  await client.connect();
  try {
    const { rows } = await client.query(`SELECT * FROM ${client.escapeIdentifier(table)}`);
    return rows;
  } finally {
    await client.end();
  }
}
