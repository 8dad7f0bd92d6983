import type { ClientBase } from 'pg';
import { z } from 'zod';
import type { SeedSize } from './seed-size.ts';

/** Thrown when a database holds something that this seed would not have put there. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
  readonly code = 'SEED_REFUSED';
}

const PREFIX = 'seed data ';
const sizeSchema = z.strictObject({
  users: z.int(),
  merchants: z.int(),
  products: z.int(),
  orders: z.int(),
  reviews: z.int(),
});

/**
 * Reads which seed data a database holds, or null for an empty database. The mark is the comment on the named table: it is
 * written by the transaction that writes the rows, so a database holds all of its seed data or none.
 * @throws SeedError when the table has rows that are no seed data.
 */
export async function readSeedMarker(
  client: ClientBase,
  name: string,
  table: 'products' | 'users',
): Promise<SeedSize | null> {
  const { rows } = await client.query<{ comment: string | null; isEmpty: boolean }>(
    `SELECT obj_description('${table}'::regclass) AS comment, NOT EXISTS (SELECT FROM ${table}) AS "isEmpty"`,
  );
  const [state] = rows;
  if (state?.comment?.startsWith(PREFIX)) return sizeSchema.parse(JSON.parse(state.comment.slice(PREFIX.length)));
  if (state?.isEmpty) return null;
  throw new SeedError(`database ${name} has ${table} that are no seed data; seed data goes into empty databases only`);
}

/** Marks a database as holding the seed data of a size, in the transaction that is open. */
export async function writeSeedMarker(client: ClientBase, table: 'products' | 'users', size: SeedSize): Promise<void> {
  await client.query(`COMMENT ON TABLE ${table} IS ${client.escapeLiteral(PREFIX + JSON.stringify(size))}`);
}
