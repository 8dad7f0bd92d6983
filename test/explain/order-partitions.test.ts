import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { timeOf } from '@tributary/prisma/ids/id';
import { seedDatabases } from '@tributary/prisma/seed/seed-databases';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { OrderRepository } from '@tributary/subgraph-orders/order-repository';
import { startTestDatabases } from '../kit/test-databases.ts';
import { type ExplainedDatabases, openExplainedDatabases } from './explained-databases.ts';
import { type PlanNode, tableScansOf } from './query-plan.ts';

const DAY_MS = 86_400_000;

const scope = new Scope();
let explained: ExplainedDatabases;
let orders: OrderRepository;
/** The demo customer's database; everything below is there. */
let shard: string;
let customerId: bigint;
/** Has ordered, and joined when the marketplace was some months old. */
let lateBuyerId: bigint;
/** All orders of the customer, the newest first. */
let orderIds: bigint[];

beforeAll(async () => {
  const test = scope.own(await startTestDatabases({ name: 'order-partitions' }));
  const size = { users: 200, merchants: 5, products: 100, orders: 2_000, reviews: 100 };
  const seeded = await seedDatabases({ config: test.config, size });
  await test.waitForReplicas();
  explained = scope.own(await openExplainedDatabases(test.config));
  orders = new OrderRepository(explained.databases);
  customerId = seeded.customerId;
  shard = explained.databases.databaseNameOf(customerId);
  const onShard = explained.databases.shardNamed(shard);
  const ofCustomer = { where: { buyerId: customerId }, select: { id: true }, orderBy: { id: 'desc' } } as const;
  orderIds = (await onShard.order.findMany(ofCustomer)).map(({ id }) => id);
  const newest = await onShard.order.findFirstOrThrow({ select: { buyerId: true }, orderBy: { buyerId: 'desc' } });
  lateBuyerId = newest.buyerId;
}, 60_000);

afterAll(() => scope.release());

/** The month that an id was made in, as the partitions are named. */
function monthOf(id: bigint): string {
  return nameOf(timeOf(id));
}

function nameOf(time: Date): string {
  return time.toISOString().slice(0, 7).replace('-', '_');
}

/** The partitions that a plan read, by month or `default`. */
function monthsRead(plan: PlanNode): string[] {
  const months = tableScansOf(plan).flatMap(({ table, isExecuted }) => {
    const [, month] = /^(?:orders|order_items)_(.+)$/.exec(table) ?? [];
    return month === undefined || !isExecuted ? [] : [month];
  });
  return [...new Set(months)].sort();
}

/** The months that a call reads with either plan. */
async function monthsOf(call: () => PromiseLike<unknown>): Promise<string[]> {
  const statements = await explained.explain(call);
  expect(statements).toHaveLength(1);
  const months = statements.flatMap(({ plan, planByIndex }) => [...monthsRead(plan), ...monthsRead(planByIndex)]);
  return [...new Set(months)].sort();
}

/** The months that a call reads by index: those of the seed are so small that the planner may rather read and sort them all. */
async function monthsByIndexOf(call: () => PromiseLike<unknown>): Promise<string[]> {
  const statements = await explained.explain(call);
  expect(statements).toHaveLength(1);
  return statements.flatMap(({ planByIndex }) => monthsRead(planByIndex));
}

const pageOf = (buyerIds: bigint[], page: { before?: bigint; limit: number }) =>
  orders.findOfBuyers(shard, { buyerIds, status: null, before: page.before ?? null, limit: page.limit });

describe('orders by their ids', () => {
  it('are looked for in their own months alone', async () => {
    const [newest = 0n, oldest = 0n] = [orderIds.at(0), orderIds.at(-1)];
    expect(monthOf(newest)).not.toBe(monthOf(oldest));
    const both = [monthOf(oldest), monthOf(newest)];
    expect(await monthsOf(() => orders.findByIds(shard, [newest, oldest]))).toEqual(both);
    expect(await monthsOf(() => orders.findItems(shard, [newest, oldest]))).toEqual(both);
  });

  it('are found and changed in their own month alone', async () => {
    const [orderId = 0n] = orderIds;
    const change = { orderId, from: ['CONFIRMED'], to: 'CANCELLED' } as const;
    const inTransaction = explained.databases.shardNamed(shard);
    const found = await monthsOf(() => inTransaction.$transaction((tx) => orders.findInTransaction(tx, orderId)));
    const changed = await monthsOf(() => inTransaction.$transaction((tx) => orders.changeStatus(tx, change)));
    expect(found).toEqual([monthOf(orderId)]);
    expect(changed).toEqual([monthOf(orderId)]);
  });
});

describe('a page of the orders of buyers', () => {
  it('is looked for neither in months before the oldest of them joined nor after tomorrow', async () => {
    const months = await monthsOf(() => pageOf([lateBuyerId], { limit: 100 }));
    const joined = monthOf(lateBuyerId);
    expect(joined > monthOf(customerId)).toBe(true);
    expect(months.length).toBeGreaterThan(0);
    expect(months.filter((month) => month < joined)).toEqual([]);
    expect(months.filter((month) => month > nameOf(new Date(Date.now() + DAY_MS)))).toEqual([]);
    const withCustomer = await monthsOf(() => pageOf([lateBuyerId, customerId], { limit: 200 }));
    expect(withCustomer[0]).toBe(monthOf(customerId));
  });

  it('is looked for in no month older than its last order', async () => {
    const months = await monthsByIndexOf(() => pageOf([customerId], { limit: 5 }));
    expect(months[0]).toBe(monthOf(orderIds[4] ?? 0n));
  });

  it('is looked for in no month newer than the page before it', async () => {
    const before = orderIds[60] ?? 0n;
    const months = await monthsByIndexOf(() => pageOf([customerId], { before, limit: 5 }));
    expect(months.at(-1)).toBe(monthOf(before));
    expect(months[0]).toBe(monthOf(orderIds[65] ?? 0n));
  });
});
