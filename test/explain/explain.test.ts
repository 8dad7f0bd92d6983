import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
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
import type { ExplainRow } from './repository-rows.ts';
import { reviewsRows } from './reviews-rows.ts';
import { readTableSizes, type TableSizes, wholeReadsOf } from './whole-reads.ts';

const repositories = [
  ...accountsRows,
  ...catalogRows,
  ...inventoryRows,
  ...ordersRows,
  ...reviewsRows,
  ...notificationsRows,
];

const scope = new Scope();
let explained: ExplainedDatabases;
let marketplace: MarketplaceInUse;
let tableSizes: TableSizes;

beforeAll(async () => {
  const test = scope.own(await startTestDatabases({ name: 'explain' }));
  const seeded = await seedForUse(test.config);
  await test.waitForReplicas();
  explained = scope.own(await openExplainedDatabases(test.config));
  marketplace = await pickFromMarketplace(explained.databases, seeded);
  tableSizes = await readTableSizes(marketplace.databases, marketplace.shard);
}, 90_000);

afterAll(() => scope.release());

/** What a row's statements read as a whole though it grows. */
async function readsOf(row: ExplainRow): Promise<string[]> {
  const statements = await explained.explain(() => row(marketplace));
  expect(statements).not.toEqual([]);
  return statements.flatMap((statement) => wholeReadsOf(statement, tableSizes));
}

describe.each(repositories)('$name', ({ methods, rows }) => {
  it('has a row for every method', () => {
    expect(Object.keys(rows).sort()).toEqual(methods.sort());
  });

  it.each(Object.entries(rows))('%s reads no growing table as a whole', async (_method, row) => {
    expect(await readsOf(row)).toEqual([]);
  });
});

describe('the tables of events', () => {
  it.each(Object.entries(eventRows))('%s reads no growing table as a whole', async (_function, row) => {
    expect(await readsOf(row)).toEqual([]);
  });
});

describe('a statement that reads a growing table as a whole', () => {
  const unsound: Readonly<Record<string, ExplainRow>> = {
    'has no index at all': ({ databases, shard }) =>
      databases.shardNamed(shard).review.findMany({ where: { title: 'none' } }),
    'has a condition that leaves most of the table': ({ databases, shard }) =>
      databases.shardNamed(shard).review.findMany({ where: { id: { gt: 0n }, title: 'none' } }),
    'has a LIMIT that it never reaches': ({ databases, shard }) =>
      databases.shardNamed(shard).review.findMany({ where: { title: 'none' }, orderBy: { id: 'asc' }, take: 1 }),
  };

  it.each(Object.entries(unsound))('is noticed when it %s', async (_reason, row) => {
    expect(await readsOf(row)).toContainEqual(expect.stringMatching(/Scan of reviews/));
  });
});

it('has rows for every repository', async () => {
  const files = await readdir(fileURLToPath(new URL('../../subgraphs', import.meta.url)), { recursive: true });
  const classes = files
    .filter((file) => file.endsWith('-repository.ts') && !file.includes('node_modules'))
    .map((file) => toClassName(basename(file, '.ts')));
  expect(classes.sort()).toEqual(repositories.map(({ name }) => name).sort());
});

function toClassName(kebabCase: string): string {
  return kebabCase.replaceAll(/(?:^|-)([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}
