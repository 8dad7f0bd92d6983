import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { logicalShardOf } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { WakeLoop } from '@tributary/prisma/wake-loop/wake-loop';
import { DeliveryRepository } from '@tributary/subgraph-notifications/deliveries/delivery-repository';
import {
  type DeliveryWorkerOptions,
  startDeliveryWorker,
} from '@tributary/subgraph-notifications/deliveries/delivery-worker';
import { createWebhookChannel } from '@tributary/subgraph-notifications/deliveries/webhook-channel';
import { webhookHeaders } from '@tributary/subgraph-notifications/deliveries/webhook-signature';
import { startNotificationsSubgraph } from '@tributary/subgraph-notifications/subgraph';
import { eventually } from '../kit/eventually.ts';
import { testSecret } from '../kit/secrets.ts';
import { startTestBed, type TestBed } from '../kit/test-bed.ts';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly id: string;
}

const secrets = [testSecret('webhook-secret-of-today'), testSecret('webhook-secret-of-before')];

let bed: TestBed;
let deliveries: DeliveryRepository;
let receiver: Server;
let url: string;
let received: Received[] = [];
/** What the receiver answers: the status, or `undefined` for nothing at all. */
let answer: (request: Received) => number | undefined = () => 204;
let workers: WakeLoop[] = [];
let errors: string[] = [];

beforeAll(async () => {
  bed = await startTestBed('notification-deliveries');
  deliveries = new DeliveryRepository(bed.databases);
  receiver = createServer(async (request, response) => {
    const got = { headers: request.headers, body: await text(request), id: String(request.headers['webhook-id']) };
    received.push(got);
    const status = answer(got);
    if (status !== undefined) response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(100_000));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  receiver.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = receiver.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}/hook`;
});

afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const { name } of bed.databases.allShards()) {
    await bed.databases.shardNamed(name).$executeRaw`DELETE FROM notification_deliveries`;
  }
  workers = [];
  received = [];
  errors = [];
  answer = () => 204;
});

afterAll(async () => {
  receiver?.closeAllConnections();
  receiver?.close();
  await bed?.stop();
});

function startWorker(options: Partial<DeliveryWorkerOptions> & { timeLimitMs?: number } = {}): WakeLoop {
  const { timeLimitMs = 2_000, ...others } = options;
  const worker = startDeliveryWorker({
    databases: bed.databases,
    deliveries,
    channel: createWebhookChannel({ url, secrets, timeLimitMs }),
    onError: ({ message }) => errors.push(message),
    maxAttempts: 3,
    firstRetryMs: 1,
    maxRetryMs: 5,
    pollIntervalMs: 10,
    ...others,
  });
  workers.push(worker);
  return worker;
}

/** Writes notifications with their deliveries, on both shards in turn. */
async function notify(count: number): Promise<string[]> {
  const ids: bigint[] = [];
  for (let index = 0; index < count; index++) {
    const userId = await bed.databases.newId(index % 2 === 0 ? 3 : 900);
    const id = await bed.databases.newId(logicalShardOf(userId));
    await bed.databases.shardOf(id).$transaction(async (tx) => {
      await tx.notification.createMany({ data: { id, userId, kind: 'ORDER_CONFIRMED', subjectId: userId } });
      await deliveries.insert(tx, id);
    });
    ids.push(id);
  }
  return ids.map((id) => encodeId('notification', id));
}

async function rows() {
  const shards = bed.databases.allShards().map(({ client }) => client.$primary().notificationDelivery.findMany());
  return (await Promise.all(shards)).flat();
}
const untilNoneIsLeft = () => eventually(rows, (left) => left.length === 0);
const timesReceived = (id: string) => received.filter((each) => each.id === id).length;

describe('the deliveries of notifications', () => {
  it('are written with the notification that an event brings about, posted signed, and gone', async () => {
    const channel = createWebhookChannel({ url, secrets });
    const subgraph = await startNotificationsSubgraph({ ...bed.options, channel });
    try {
      const buyer = await bed.databases.newId(40);
      const order = await bed.databases.newId(40);
      const payload = { orderId: encodeId('order', order), buyerId: encodeId('user', buyer) };
      const id = await bed.databases.newId(40);
      const event = { id, name: 'OrderConfirmed', version: 1, aggregateId: order, payload, occurredAt: new Date() };
      await Promise.all([bed.queue.deliver(event), bed.queue.deliver(event)]);
      await untilNoneIsLeft();
      const [posted, ...others] = received;
      expect(others).toEqual([]);
      const notification = await bed.databases
        .shardOf(buyer)
        .$primary()
        .notification.findFirstOrThrow({ where: { userId: buyer } });
      const notificationId = encodeId('notification', notification.id);
      expect(JSON.parse(posted?.body ?? '')).toEqual({
        type: 'notification.created',
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        data: { id: notificationId, userId: payload.buyerId, kind: 'ORDER_CONFIRMED', subjectId: payload.orderId },
      });
      const timestamp = Number(posted?.headers['webhook-timestamp']);
      expect(Math.abs(Date.now() / 1_000 - timestamp)).toBeLessThan(30);
      expect(posted?.headers).toMatchObject(
        webhookHeaders({ id: notificationId, timestamp, body: posted?.body ?? '' }, secrets),
      );
    } finally {
      await subgraph.stop();
    }
  });

  it('are shared by processes: each arrives once', async () => {
    const ids = await notify(40);
    startWorker();
    startWorker();
    await untilNoneIsLeft();
    expect(received.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(errors).toEqual([]);
  });

  it('are tried again under the same id until they are taken', async () => {
    const [id = ''] = await notify(1);
    answer = () => (received.length < 3 ? 503 : 200);
    startWorker();
    await untilNoneIsLeft();
    expect(timesReceived(id)).toBe(3);
    expect(errors).toEqual([
      'a delivery failed (attempt 1) and will be tried again: it answered 503',
      'a delivery failed (attempt 2) and will be tried again: it answered 503',
    ]);
  });

  it('are set aside with the reason after their attempts, while others arrive, and are tried again when somebody says so', async () => {
    const [refused = '', ...others] = await notify(20);
    let isMended = false;
    answer = ({ id }) => (id === refused && !isMended ? 307 : 200);
    startWorker();
    const left = await eventually(rows, (all) => all.length === 1 && all[0]?.deadAt !== null);
    expect(left).toMatchObject([{ attempts: 3, lastError: 'it answered 307', deadAt: expect.any(Date) }]);
    expect(await deliveries.findDead('shard_0', { limit: 10 })).toMatchObject([
      { attempts: 3, lastError: 'it answered 307' },
    ]);
    expect(new Set(received.map(({ id }) => id))).toEqual(new Set([refused, ...others]));
    expect(received.every(({ headers }) => headers.host !== undefined)).toBe(true);
    isMended = true;
    expect(await deliveries.revive('shard_0')).toBe(1);
    await untilNoneIsLeft();
    expect(timesReceived(refused)).toBe(4);
  });

  it('come to another process when the one that had them is gone', async () => {
    const ids = await notify(4);
    for (const database of ['shard_0', 'shard_1']) await deliveries.claim(database, { limit: 10, leaseMs: 1 });
    startWorker();
    await untilNoneIsLeft();
    expect(received.map(({ id }) => id).sort()).toEqual(ids.sort());
  });

  it('are not noted by whoever had them before', async () => {
    await notify(1);
    const [first] = await deliveries.claim('shard_0', { limit: 1, leaseMs: 0 });
    const [second] = await eventually(
      () => deliveries.claim('shard_0', { limit: 1, leaseMs: 60_000 }),
      (claimed) => claimed.length === 1,
    );
    if (!first || !second) throw new Error('nothing was claimed');
    await deliveries.settle(first);
    await deliveries.giveBack(first, { reason: 'too late', retryInMs: 'never' });
    expect(await rows()).toMatchObject([{ attempts: 2, deadAt: null, lastError: null }]);
    await deliveries.settle(second);
    expect(await rows()).toEqual([]);
  });

  it('do not wait for an answer for ever', async () => {
    await notify(1);
    answer = () => undefined;
    startWorker({ timeLimitMs: 20 });
    await eventually(rows, ([row]) => row?.deadAt != null);
    expect(await rows()).toMatchObject([{ lastError: 'no answer within 20 ms' }]);
  });

  it('keep the reason when nobody listens', async () => {
    await notify(1);
    startWorker({ channel: createWebhookChannel({ url: 'http://127.0.0.1:1', secrets }) });
    await eventually(rows, ([row]) => row?.deadAt != null);
    expect(await rows()).toMatchObject([{ lastError: 'it cannot be reached' }]);
  });
});
