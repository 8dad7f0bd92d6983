import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Databases } from '@tributary/prisma/clients/databases';
import { IdempotencyKeyBusyError, IdempotencyKeyReusedError } from '@tributary/prisma/idempotency/idempotency-errors';
import { runIdempotent } from '@tributary/prisma/idempotency/idempotent';
import { createIdempotentCalls, type IdempotentCalls } from '@tributary/prisma/idempotency/idempotent-calls';
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

const calls = createIdempotentCalls();

interface Differences {
  ownerId?: bigint;
  operation?: string;
  request?: unknown;
  by?: IdempotentCalls;
}

/** Runs an operation under a key in a transaction of its own, as a mutation does. */
function place(
  key: string,
  run: () => Promise<{ orderId: string }>,
  {
    ownerId = OWNER,
    operation = 'placeOrder',
    request = { lines: [{ productId: 1n, quantity: 2 }] },
    by = calls,
  }: Differences = {},
) {
  const call = { ownerId, operation, key, request };
  return by.run(call, () => databases.shardOfLogical(LOGICAL_SHARD).$transaction((tx) => runIdempotent(tx, call, run)));
}

/** An operation that goes on until it is let go. */
function heldOperation() {
  const [started, mayEnd] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const run = async () => {
    started.resolve();
    await mayEnd.promise;
    return { orderId: 'ord_1' };
  };
  return { run, started: started.promise, letGo: mayEnd.resolve };
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

  it('makes calls that come during the first one wait, in this process and in others, and gives all the same answer', async () => {
    const first = heldOperation();
    const run = jest.fn(async () => ({ orderId: 'ord_2' }));
    const processes = [calls, createIdempotentCalls(), createIdempotentCalls()];

    const answers = [place('race', first.run)];
    await first.started;
    for (const by of processes) answers.push(place('race', run, { by }), place('race', run, { by }));
    first.letGo();

    expect(await Promise.all(answers)).toEqual(Array.from({ length: 7 }, () => ({ orderId: 'ord_1' })));
    expect(run).not.toHaveBeenCalled();
  });

  it('is refused, to be sent again, when the first call takes longer than others wait', async () => {
    const first = heldOperation();
    const answer = place('slow', first.run);
    await first.started;
    const impatient = createIdempotentCalls({ waitLimitMs: 60 });
    const waiting = [1, 2, 3].map(() => place('slow', async () => ({ orderId: 'ord_2' }), { by: impatient }));
    const refusals = await Promise.allSettled(waiting);
    expect(refusals.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect(waiting[0]).rejects.toThrow(IdempotencyKeyBusyError);
    await expect(waiting[0]).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_BUSY',
      extensions: { retryAfterSeconds: 1 },
    });
    first.letGo();
    expect(await answer).toEqual({ orderId: 'ord_1' });
    expect(await place('slow', async () => ({ orderId: 'ord_2' }), { by: impatient })).toEqual({ orderId: 'ord_1' });
  });

  it('lets calls wait without a connection, so that others get through', async () => {
    const first = heldOperation();
    const answers = [place('crowded', first.run)];
    await first.started;
    // Many more than the pool has connections.
    for (let waiting = 0; waiting < 50; waiting++) {
      answers.push(place('crowded', first.run, { by: waiting % 2 ? calls : createIdempotentCalls() }));
    }
    expect(await place('other', async () => ({ orderId: 'ord_2' }))).toEqual({ orderId: 'ord_2' });
    first.letGo();
    expect(new Set((await Promise.all(answers)).map(({ orderId }) => orderId))).toEqual(new Set(['ord_1']));
  });

  it('is free again when the connection of the first call is lost', async () => {
    const lost = databases.shardOfLogical(LOGICAL_SHARD).$transaction(async (tx) => {
      await runIdempotent(tx, { ownerId: OWNER, operation: 'placeOrder', key: 'lost', request: {} }, async () => {
        const [backend] = await tx.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
        await databases.shardOfLogical(LOGICAL_SHARD).$primary().$queryRaw`
          SELECT pg_terminate_backend(${backend?.pid}::integer)`;
        return { orderId: 'ord_1' };
      });
    });
    await expect(lost).rejects.toThrow();
    expect(await place('lost', async () => ({ orderId: 'ord_2' }), { request: {} })).toEqual({ orderId: 'ord_2' });
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
