import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { composeId } from '@tributary/prisma/ids/id';
import {
  countDefaultRows,
  ensurePartitions,
  type ShardPartitions,
} from '@tributary/prisma/partitions/ensure-partitions';
import { startPartitionJob } from '@tributary/prisma/partitions/partition-job';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const LOGICAL_SHARD = 5;

let kit: TestDatabases;
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'partitions' });
  databases = await openTestDatabases(kit.config, 'partitions');
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

/** The first of the month so many months from now. */
function monthFromNow(months: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
}

function partitionOf(parent: string, month: Date): string {
  return `${parent}_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

/** Writes an order as if it were placed then, and returns the partition that it is in. */
async function placeOrderAt(time: Date): Promise<string | undefined> {
  const id = composeId({ timeMs: time.getTime(), logicalShard: LOGICAL_SHARD, sequence: 1 });
  const shard = databases.shardOfLogical(LOGICAL_SHARD);
  await shard.order.create({ data: { id, buyerId: id, currency: 'EUR', totalMinor: 100n, shippingCountry: 'DE' } });
  const [row] = await shard.$primary().$queryRaw<{ partition: string }[]>`
    SELECT tableoid::regclass::text AS partition FROM orders WHERE id = ${id}`;
  return row?.partition;
}

describe('the partitions of orders', () => {
  it('are there for the current month and three ahead after migrating', async () => {
    const shards = await ensurePartitions(databases, { monthsAhead: 3 });
    expect(shards.map(({ database }) => database)).toEqual(databases.shardMap().databaseNames());
    expect(shards.flatMap(({ created }) => created)).toEqual([]);
  });

  it('are made ahead for orders and items on every shard, and take the rows of their month', async () => {
    const shards = await ensurePartitions(databases, { monthsAhead: 5 });
    const expected = [4, 5].flatMap((months) =>
      ['orders', 'order_items'].map((parent) => partitionOf(parent, monthFromNow(months))),
    );
    for (const { created } of shards) expect(created).toEqual(expected);
    expect(await placeOrderAt(monthFromNow(5))).toBe(partitionOf('orders', monthFromNow(5)));
    expect((await countDefaultRows(databases)).map(({ defaultRows }) => defaultRows)).toEqual([0, 0]);
  });

  it('are made once when several processes make them at the same time', async () => {
    const runs = await Promise.all([1, 2, 3].map(() => ensurePartitions(databases, { monthsAhead: 6 })));
    const made = runs.flat().flatMap(({ database, created }) => created.map((partition) => `${database} ${partition}`));
    expect(made).toHaveLength(2 * databases.shardMap().databaseNames().length);
    expect(new Set(made).size).toBe(made.length);
  });

  it('are made by the job at its first run, which reports what it did', async () => {
    const outcomes: ShardPartitions[][] = [];
    const job = startPartitionJob({
      databases,
      monthsAhead: 7,
      onOutcome: (shards) => outcomes.push(shards),
      onError: (error) => {
        throw error;
      },
    });
    await eventually(
      async () => outcomes.length,
      (count) => count === 1,
    );
    await job.stop();
    expect(outcomes[0]?.map(({ created }) => created.length)).toEqual([2, 2]);
  });

  it('leave a row that no month covers to the default partition, which is counted', async () => {
    expect(await placeOrderAt(monthFromNow(12))).toBe('orders_default');
    const counts = new Map(
      (await countDefaultRows(databases)).map(({ database, defaultRows }) => [database, defaultRows]),
    );
    const here = databases.shardMap().databaseOf(LOGICAL_SHARD);
    expect([...counts].filter(([, rows]) => rows > 0)).toEqual([[here, 1]]);
  });

  it('cannot be made for a month whose rows are in the default partition: the shard is named, the others have theirs', async () => {
    const here = databases.shardMap().databaseOf(LOGICAL_SHARD);
    await expect(ensurePartitions(databases, { monthsAhead: 12 })).rejects.toThrow(
      `cannot make the partitions of ${here}`,
    );
    const others = databases.allShards().filter(({ name }) => name !== here);
    for (const { client } of others) {
      const [row] = await client.$primary().$queryRaw<{ isThere: boolean }[]>`
        SELECT to_regclass(${partitionOf('orders', monthFromNow(12))}) IS NOT NULL AS "isThere"`;
      expect(row).toEqual({ isThere: true });
    }
  });
});
