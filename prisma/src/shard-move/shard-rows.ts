import type { Client } from 'pg';
import { GUARDED_TABLES, type GuardedTable } from './guarded-tables.ts';

const BATCH_ROWS = 1_000;

/** What a table holds of some logical shards: how many rows, and a sum over them that does not depend on their order. */
export interface TableDigest {
  table: string;
  rows: number;
  checksum: string;
}

/** Deletes the rows of logical shards. Returns how many there were. The transaction must allow it. */
export async function deleteShardRows(client: Client, logicalShards: readonly number[]): Promise<number> {
  let deleted = 0;
  for (const { name, shardOf } of GUARDED_TABLES) {
    const { rowCount } = await client.query(`DELETE FROM ${name} WHERE ${shardOf} = ANY($1::integer[])`, [
      logicalShards,
    ]);
    deleted += rowCount ?? 0;
  }
  return deleted;
}

/**
 * Copies the rows of logical shards, in batches, within one open transaction on each side. A row travels as the text of its
 * composite value, so every type arrives as it left, and a new column needs no change here.
 */
export async function copyShardRows(
  source: Client,
  target: Client,
  logicalShards: readonly number[],
  onRows: (table: string, rows: number) => void,
): Promise<void> {
  for (const table of GUARDED_TABLES) {
    const copied = await copyTable(source, target, table, logicalShards);
    onRows(table.name, copied);
  }
}

async function copyTable(
  source: Client,
  target: Client,
  { name, shardOf }: GuardedTable,
  logicalShards: readonly number[],
): Promise<number> {
  // DECLARE takes no parameters; these are numbers.
  const shardArray = `'{${logicalShards.join(',')}}'::integer[]`;
  await source.query(`
    DECLARE moving NO SCROLL CURSOR FOR SELECT ${name}::text AS row FROM ${name} WHERE ${shardOf} = ANY(${shardArray})`);
  let copied = 0;
  for (;;) {
    const { rows } = await source.query<{ row: string }>(`FETCH ${BATCH_ROWS} FROM moving`);
    if (rows.length === 0) break;
    // OFFSET 0 keeps the cast from being repeated for every column.
    await target.query({
      name: `copy ${name}`,
      text: `INSERT INTO ${name} SELECT (moved.row).* FROM (SELECT text::${name} AS row FROM unnest($1::text[]) AS text OFFSET 0) AS moved`,
      values: [rows.map(({ row }) => row)],
    });
    copied += rows.length;
  }
  await source.query('CLOSE moving');
  return copied;
}

/** Digests what each table holds of logical shards. Two databases hold the same rows when their digests are equal. */
export async function digestShardRows(client: Client, logicalShards: readonly number[]): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const { name, shardOf } of GUARDED_TABLES) {
    const { rows } = await client.query<{ rows: number; checksum: string }>(
      `SELECT count(*)::integer AS rows, coalesce(sum(hashtextextended(${name}::text, 0)::numeric), 0)::text AS checksum
       FROM ${name} WHERE ${shardOf} = ANY($1::integer[])`,
      [logicalShards],
    );
    const [digest] = rows;
    if (digest !== undefined) digests.push({ table: name, ...digest });
  }
  return digests;
}

/** The tables that differ, with what either side holds; empty when all are equal. */
export function compareDigests(source: readonly TableDigest[], target: readonly TableDigest[]): string[] {
  return source.flatMap(({ table, rows, checksum }) => {
    const copy = target.find((digest) => digest.table === table);
    if (copy?.rows === rows && copy.checksum === checksum) return [];
    return [
      `${table}: ${rows} rows (${checksum}) on the source, ${copy?.rows ?? 0} (${copy?.checksum ?? 0}) on the target`,
    ];
  });
}
