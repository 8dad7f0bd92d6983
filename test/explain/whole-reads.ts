import type { Databases } from '@tributary/prisma/clients/databases';
import type { ExplainedStatement } from './explained-databases.ts';
import { type TableScan, tableScansOf } from './query-plan.ts';

/** Tables that stay small however much the marketplace is used, and why. */
const SMALL_TABLES: Readonly<Record<string, string>> = {
  categories: 'a tree of some hundreds that people maintain',
  queue_bindings: 'a row for each event that a subgraph subscribes to',
  shard_ownership: 'a row for each logical shard: 1,023 over all databases',
};

/** Reading a table of fewer pages as a whole costs the planner no more than a few look-ups in an index. */
const WORTH_AN_INDEX_PAGES = 10;

interface TableSize {
  pages: number;
  rows: number;
}

/** The sizes of tables, by `database/table`, as the planner knows them. */
export type TableSizes = ReadonlyMap<string, TableSize>;

/** Reads the sizes of the tables of the catalog and of one shard. */
export async function readTableSizes(databases: Databases, shard: string): Promise<TableSizes> {
  const clients = { catalog: databases.catalog(), [shard]: databases.shardNamed(shard) };
  const sizes = await Promise.all(
    Object.entries(clients).map(async ([database, client]) => {
      const tables = await client.$queryRaw<({ name: string } & TableSize)[]>`
        SELECT relname::text AS name, relpages AS pages, reltuples AS rows FROM pg_class WHERE relkind = 'r'`;
      return tables.map(({ name, ...size }): [string, TableSize] => [`${database}/${name}`, size]);
    }),
  );
  return new Map(sizes.flat());
}

/**
 * What a statement reads as a whole though it grows, in words; nothing when the statement is sound. Two plans are judged:
 *
 * - where reading everything is the last resort and the plan still does, no index would do, however large the table gets;
 * - where the planner chose freely, a table that is not tiny must not be read to the end, and at most half of it looked at.
 */
export function wholeReadsOf({ text, database, plan, planByIndex }: ExplainedStatement, sizes: TableSizes): string[] {
  const sizeOf = (table: string): TableSize => sizes.get(`${database}/${table}`) ?? { pages: 0, rows: 0 };
  const isLarge = ({ table }: TableScan) => sizeOf(table).pages >= WORTH_AN_INDEX_PAGES;
  const readsMost = ({ table, rowsRead }: TableScan) => rowsRead > sizeOf(table).rows / 2;
  const byNeed = tableScansOf(planByIndex).filter(({ isUnbounded }) => isUnbounded);
  const byChoice = tableScansOf(plan).filter((scan) => isLarge(scan) && (scan.isUnbounded || readsMost(scan)));
  return [...byNeed, ...byChoice]
    .filter(({ table }) => !(table in SMALL_TABLES))
    .map(({ table, nodeType }) => `${nodeType} of ${table} in ${text}`);
}
