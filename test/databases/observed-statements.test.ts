import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;
let databases: Databases;
const request = new AsyncLocalStorage<string>();
let seen: { request: string | undefined; statement: ObservedStatement }[] = [];

const category = (id: bigint) => ({ id, slug: `slug-${id}`, name: 'Name', position: 1 });
const textsOf = (name: string) => seen.filter((each) => each.request === name).map(({ statement }) => statement.text);

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'observed-statements' });
  databases = await openDatabases({
    service: 'observed',
    readConfig: async () => kit.config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 5_000,
    connectionTimeoutMs: 5_000,
    onStatement: (statement) => seen.push({ request: request.getStore(), statement }),
  });
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await kit?.close();
});

beforeEach(() => {
  seen = [];
});

it('each statement is seen with its text, values, rows, time, database and server', async () => {
  const startedAtMs = Date.now();
  await databases.catalog().$primary().$queryRaw`SELECT generate_series(1, ${3}::int) AS n`;
  expect(seen.map(({ statement }) => statement)).toEqual([
    {
      text: 'SELECT generate_series(1, $1::int) AS n',
      values: [3],
      rows: 3,
      database: 'catalog',
      role: 'primary',
      node: new URL(kit.config.catalog.primary).host,
      durationMs: expect.any(Number),
      startedAtMs: expect.any(Number),
    },
  ]);
  const [only] = seen;
  expect(only?.statement.durationMs).toBeGreaterThan(0);
  expect(only?.statement.startedAtMs).toBeGreaterThanOrEqual(startedAtMs);
});

it('a write is seen with the rows it affected, a failure with its SQLSTATE', async () => {
  await databases.catalog().category.create({ data: category(1n) });
  seen = [];
  await databases.catalog().$executeRaw`UPDATE categories SET position = 2`;
  await expect(databases.catalog().$executeRaw`UPDATE categories SET position = 1 / 0`).rejects.toThrow();
  expect(seen.map(({ statement: { rows, error } }) => ({ rows, error }))).toEqual([
    { rows: 1, error: undefined },
    { rows: 0, error: '22012' },
  ]);
});

it('statements of requests that run at the same time are told apart, those of transactions among them', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `request ${index}`);
  await Promise.all(
    names.map((name, index) =>
      request.run(name, () =>
        databases.catalog().$transaction(async (tx) => {
          await tx.category.create({ data: category(BigInt(100 + index)) });
          await tx.category.findFirst({ where: { slug: name } });
          await tx.$queryRaw`SELECT ${name}::text`;
        }),
      ),
    ),
  );
  for (const name of names) {
    expect(textsOf(name)).toEqual([
      'BEGIN',
      expect.stringContaining('INSERT INTO'),
      expect.stringContaining('WHERE "public"."categories"."slug"'),
      'SELECT $1::text',
      'COMMIT',
    ]);
  }
});

it('reads on replicas, and reads of the second page of work after an await, keep their request', async () => {
  const names = ['one', 'two', 'three'];
  await Promise.all(
    names.map((name) =>
      request.run(name, async () => {
        await databases.catalog().category.findMany({ where: { slug: name } });
        await databases.catalog().$queryRaw`SELECT 1`;
      }),
    ),
  );
  // A read that takes long is asked of another server, too.
  for (const name of names) {
    expect([...new Set(textsOf(name))]).toEqual([expect.stringContaining('categories'), 'SELECT 1']);
  }
});

it('the statements of following the shard map belong to no request', async () => {
  await request.run('refreshing', () => databases.refreshShardMap());
  await kitInsertsNextMap();
  await request.run('refreshing', () => databases.refreshShardMap());
  expect(databases.shardMap().version).toBe(2);
  const polls = seen.filter(({ statement }) => statement.text.includes('shard_map'));
  expect(polls.length).toBeGreaterThan(0);
});

async function kitInsertsNextMap(): Promise<void> {
  const next = databases.shardMap().withMoved([5], 'shard_1');
  await databases.catalog().shardMapVersion.create({
    data: { version: next.version, ranges: next.ranges.map((range) => ({ ...range })), note: 'a test' },
  });
}
