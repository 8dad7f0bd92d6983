import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { startTestDatabases } from '../kit/test-databases.ts';
import { accountsRows } from './accounts-rows.ts';
import { catalogRows } from './catalog-rows.ts';
import { eventRows } from './event-rows.ts';
import { type ExplainedDatabases, openExplainedDatabases } from './explained-databases.ts';
import { inventoryRows } from './inventory-rows.ts';
import { type MarketplaceInUse, pickFromMarketplace, seedForUse } from './marketplace-in-use.ts';
import { notificationsRows } from './notifications-rows.ts';
import { ordersRows } from './orders-rows.ts';
import { type TableScan, tableScansOf } from './query-plan.ts';
import type { ExplainRow } from './repository-rows.ts';
import { reviewsRows } from './reviews-rows.ts';

const repositories = [
  ...accountsRows,
  ...catalogRows,
  ...inventoryRows,
  ...ordersRows,
  ...reviewsRows,
  ...notificationsRows,
];

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

const scope = new Scope();
let explained: ExplainedDatabases;
let marketplace: MarketplaceInUse;
let tableSizes: ReadonlyMap<string, TableSize>;

beforeAll(async () => {
  const test = scope.own(await startTestDatabases({ name: 'explain' }));
  const seeded = await seedForUse(test.config);
  await test.waitForReplicas();
  explained = scope.own(await openExplainedDatabases(test.config));
  marketplace = await pickFromMarketplace(explained.databases, seeded);
  tableSizes = await readTableSizes(marketplace);
}, 90_000);

afterAll(() => scope.release());

/** The sizes of the tables of the catalog and of the shard, by `database/table`. */
async function readTableSizes({ databases, shard }: MarketplaceInUse): Promise<Map<string, TableSize>> {
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

/** What of a row's statements reads a growing table as a whole. */
async function wholeReadsOf(row: ExplainRow): Promise<string[]> {
  const statements = await explained.explain(() => row(marketplace));
  expect(statements).not.toEqual([]);
  return statements.flatMap(({ text, database, plan, planByIndex }) => {
    const isLarge = ({ table }: TableScan) => (sizeOf(database, table)?.pages ?? 0) >= WORTH_AN_INDEX_PAGES;
    const readsMost = ({ table, rowsRead }: TableScan) => rowsRead > (sizeOf(database, table)?.rows ?? 0) / 2;
    // What is unbounded as a last resort has no index that would do; what the planner chose counts where the table is not tiny.
    const unbounded = tableScansOf(planByIndex).filter(({ isUnbounded }) => isUnbounded);
    const chosen = tableScansOf(plan).filter((scan) => isLarge(scan) && (scan.isUnbounded || readsMost(scan)));
    return [...unbounded, ...chosen]
      .filter(({ table }) => !(table in SMALL_TABLES))
      .map(({ table, nodeType }) => `${nodeType} of ${table} in ${text}`);
  });
}

const sizeOf = (database: string, table: string) => tableSizes.get(`${database}/${table}`);

describe.each(repositories)('$name', ({ methods, rows }) => {
  it('has a row for every method', () => {
    expect(Object.keys(rows).sort()).toEqual(methods.sort());
  });

  it.each(Object.entries(rows))('%s reads no growing table as a whole', async (_method, row) => {
    expect(await wholeReadsOf(row)).toEqual([]);
  });
});

describe('the tables of events', () => {
  it.each(Object.entries(eventRows))('%s reads no growing table as a whole', async (_function, row) => {
    expect(await wholeReadsOf(row)).toEqual([]);
  });
});

it('has rows for every repository', async () => {
  const files = await readdir(fileURLToPath(new URL('../../subgraphs', import.meta.url)), { recursive: true });
  const classes = files
    .filter((file) => file.endsWith('-repository.ts') && !file.includes('node_modules'))
    .map((file) => toClassName(file.slice(file.lastIndexOf('/') + 1, -'.ts'.length)));
  expect(classes.sort()).toEqual(repositories.map(({ name }) => name).sort());
});

function toClassName(kebabCase: string): string {
  return kebabCase.replaceAll(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
