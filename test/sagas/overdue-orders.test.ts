import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { composeId } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { OrderRepository } from '@tributary/subgraph-orders/order-repository';
import { startOverdueOrderJob } from '@tributary/subgraph-orders/overdue-order-job';
import { Client } from 'pg';
import { eventually } from '../kit/eventually.ts';
import { readTable } from '../kit/read-table.ts';
import { startTestBed, type TestBed } from '../kit/test-bed.ts';

const MINUTE_MS = 60_000;
const PENDING_LIMIT_MS = 15 * MINUTE_MS;

let bed: TestBed;
let orders: OrderRepository;
const jobs: { stop(): Promise<void> }[] = [];
const errors: unknown[] = [];
let sequence = 0;

beforeAll(async () => {
  bed = await startTestBed('overdue_orders');
  orders = new OrderRepository(bed.databases);
}, 120_000);
afterEach(() => Promise.all(jobs.splice(0).map((job) => job.stop())));
afterAll(() => bed?.stop());

/** An order that was placed so long ago, on the logical shard. */
async function pendingOrder(logicalShard: number, ageMs: number): Promise<bigint> {
  sequence += 1;
  const id = composeId({ timeMs: Date.now() - ageMs, logicalShard, sequence });
  const rest = { buyerId: id, currency: 'EUR', totalMinor: 100n, shippingCountry: 'DE' };
  await bed.databases.shardOf(id).order.create({ data: { id, ...rest } });
  return id;
}

function startJob(): void {
  const { databases } = bed;
  const onError = (error: unknown) => errors.push(error);
  const options = { databases, orders, pendingLimitMs: PENDING_LIMIT_MS, intervalMs: 20, onError };
  jobs.push(startOverdueOrderJob({ ...options, onExpired: () => undefined }));
}

const readOrder = (id: bigint) => bed.databases.shardOf(id).$primary().order.findUniqueOrThrow({ where: { id } });

const untilRejected = (id: bigint) =>
  eventually(
    () => readOrder(id),
    ({ status }) => status === 'REJECTED',
  );

/** What was published about each order. */
async function announcements(ids: readonly bigint[]): Promise<string[][]> {
  const shards = Object.values(bed.config.shards);
  const rows = (await Promise.all(shards.map(({ primary }) => readTable(primary, 'outbox')))).flat();
  return ids.map((id) => rows.filter((row) => row.aggregate_id === id).map(({ name }) => name));
}

describe('an order that is PENDING for too long', () => {
  it('is rejected once, by whichever of many processes, and announced so that its stock is given back', async () => {
    const overdue = await Promise.all([0, 3, 700, 1022].map((shard) => pendingOrder(shard, PENDING_LIMIT_MS + 1_000)));
    for (const _ of [1, 2, 3]) startJob();
    const settled = await Promise.all(overdue.map(untilRejected));
    for (const { rejection } of settled) expect(rejection).toEqual({ code: 'RESERVATION_TIMED_OUT', productIds: [] });
    await Promise.all(jobs.splice(0).map((job) => job.stop()));
    const once = ['OrderExpired', 'OrderRejected'];
    expect(await announcements(overdue)).toEqual(overdue.map(() => once));
    expect(errors).toEqual([]);
  });

  it('is left alone until its time is up', async () => {
    const young = await pendingOrder(5, PENDING_LIMIT_MS - MINUTE_MS);
    const overdue = await pendingOrder(5, PENDING_LIMIT_MS + 1_000);
    startJob();
    await untilRejected(overdue);
    expect((await readOrder(young)).status).toBe('PENDING');
    expect(await announcements([young])).toEqual([[]]);
  });

  it('keeps no other from being settled while its logical shard is being moved, and is settled after that', async () => {
    const [moving, staying] = [7, 8];
    const held = await pendingOrder(moving, 2 * PENDING_LIMIT_MS);
    const others = await Promise.all([staying, staying].map((shard) => pendingOrder(shard, PENDING_LIMIT_MS + 1_000)));
    const mover = new Client(bed.databases.primaryUrlOf(bed.databases.databaseNameOf(held)));
    await mover.connect();
    try {
      await mover.query('SELECT pg_advisory_lock(7700, $1)', [moving]);
      startJob();
      await Promise.all(others.map(untilRejected));
      await eventually(
        async () => errors.length,
        (count) => count > 0,
      );
      expect((await readOrder(held)).status).toBe('PENDING');
    } finally {
      await mover.end();
    }
    await untilRejected(held);
    expect(await announcements([held])).toEqual([['OrderExpired', 'OrderRejected']]);
  });
});

it('an order cannot be rejected without a reason, nor have one otherwise', async () => {
  const id = await pendingOrder(9, 0);
  const change = (data: object) => bed.databases.shardOf(id).order.update({ where: { id }, data });
  await expect(change({ status: 'REJECTED' })).rejects.toThrow(/orders_rejection_check/);
  await expect(change({ rejection: { code: 'OUT_OF_STOCK', productIds: [] } })).rejects.toThrow(
    /orders_rejection_check/,
  );
});

it('names orders as their events do', async () => {
  const id = await pendingOrder(11, PENDING_LIMIT_MS + 1_000);
  startJob();
  await untilRejected(id);
  const [row] = (await readTable(bed.databases.primaryUrlOf(bed.databases.databaseNameOf(id)), 'outbox')).filter(
    ({ aggregate_id }) => aggregate_id === id,
  );
  expect(row.payload).toEqual({ orderId: encodeId('order', id), buyerId: encodeId('user', id) });
});
