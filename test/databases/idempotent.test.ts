import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { IdempotencyKeyReusedError, runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { composeId } from '@tributary/prisma/ids/id';
import { recordInInbox } from '@tributary/prisma/inbox/inbox';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const LOGICAL_SHARD = 5;
const OWNER = composeId({ timeMs: Date.UTC(2026, 5, 1), logicalShard: LOGICAL_SHARD, sequence: 0 });
const OTHER_OWNER = OWNER + 1n;

let kit: TestDatabases;
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'idempotent' });
  databases = await openTestDatabases(kit.config, 'idempotent');
});

afterAll(async () => {
  await databases.close();
  await kit.close();
});

/** Runs an operation under a key in a transaction of its own, as a mutation does. */
function place(
  key: string,
  run: () => Promise<{ orderId: string }>,
  { ownerId = OWNER, operation = 'placeOrder', request = { lines: [{ productId: 1n, quantity: 2 }] } as unknown } = {},
) {
  return databases
    .shardOfLogical(LOGICAL_SHARD)
    .$transaction((tx) => runIdempotent(tx, { ownerId, operation, key, request }, run));
}

describe('an idempotency key', () => {
  it('lets an operation run once and answers later calls with what it answered', async () => {
    const run = jest.fn(async () => ({ orderId: 'ord_1' }));
    expect(await place('once', run)).toEqual({ orderId: 'ord_1' });
    expect(await place('once', run)).toEqual({ orderId: 'ord_1' });
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('refuses another request under the same key', async () => {
    await place('reused', async () => ({ orderId: 'ord_1' }));
    const run = jest.fn(async () => ({ orderId: 'ord_2' }));
    const second = place('reused', run, { request: { lines: [{ productId: 1n, quantity: 3 }] } });
    await expect(second).rejects.toThrow(IdempotencyKeyReusedError);
    await expect(second).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    expect(run).not.toHaveBeenCalled();
  });

  it('belongs to one owner and one operation', async () => {
    await place('apart', async () => ({ orderId: 'ord_1' }));
    const ofOther = await place('apart', async () => ({ orderId: 'ord_2' }), { ownerId: OTHER_OWNER });
    const ofOperation = await place('apart', async () => ({ orderId: 'ord_3' }), { operation: 'cancelOrder' });
    expect([ofOther.orderId, ofOperation.orderId]).toEqual(['ord_2', 'ord_3']);
  });

  it('makes a call that comes during the first one wait, and gives both the same answer', async () => {
    let runs = 0;
    const run = async () => {
      runs += 1;
      await new Promise(setImmediate);
      return { orderId: `ord_${runs}` };
    };
    const answers = await Promise.all([place('race', run), place('race', run), place('race', run)]);
    expect(runs).toBe(1);
    expect(answers).toEqual([{ orderId: 'ord_1' }, { orderId: 'ord_1' }, { orderId: 'ord_1' }]);
  });

  it('is free again when the operation failed', async () => {
    const failing = place('failed', async () => {
      throw new Error('out of paper');
    });
    await expect(failing).rejects.toThrow('out of paper');
    expect(await place('failed', async () => ({ orderId: 'ord_2' }))).toEqual({ orderId: 'ord_2' });
  });
});

describe('an inbox', () => {
  it('takes an event once a consumer, in the catalog', async () => {
    const record = (consumer: string) =>
      databases.catalog().$transaction((tx) => recordInInbox(tx, { consumer, eventId: 7n }));
    expect([await record('inventory'), await record('inventory'), await record('audit')]).toEqual([true, false, true]);
  });

  it('takes an event once on a shard, also when it arrives twice at the same time', async () => {
    const record = () =>
      databases
        .shardOfLogical(LOGICAL_SHARD)
        .$transaction((tx) => recordInInbox(tx, { consumer: 'orders', eventId: 8n, logicalShard: LOGICAL_SHARD }));
    const outcomes = await Promise.all([record(), record(), record()]);
    expect(outcomes.filter((isFirst) => isFirst)).toHaveLength(1);
  });

  it('forgets an event whose handler failed', async () => {
    const record = (fails: boolean) =>
      databases.catalog().$transaction(async (tx) => {
        const isFirst = await recordInInbox(tx, { consumer: 'failing', eventId: 9n });
        if (fails) throw new Error('handler failed');
        return isFirst;
      });
    await expect(record(true)).rejects.toThrow('handler failed');
    expect(await record(false)).toBe(true);
  });
});
