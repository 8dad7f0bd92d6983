import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RedisCommands, serverCommands } from '@tributary/runtime/cache/redis-commands';
import {
  connectInBackground,
  createRedisClient,
  disconnect,
  type RedisClient,
} from '@tributary/runtime/cache/redis-connection';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import { createRedisCounterStore } from '@tributary/runtime/counters/redis-counter-store';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { describeCounterStore } from './counter-store-contract.ts';

let redis: TestRedis;
let client: RedisClient;
let commands: RedisCommands;
beforeAll(async () => {
  redis = await startTestRedis();
  client = createRedisClient({ url: redis.url, onError: () => undefined });
  await connectInBackground(client);
  commands = serverCommands(client);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  disconnect(client);
  await redis.close();
});

describeCounterStore('memory', async () => ({
  open: (limits) => createMemoryCounterStore(limits),
  tearDown: async () => undefined,
}));

describeCounterStore('Redis', async () => {
  await redis.run('FLUSHALL');
  return {
    open: (limits) => createRedisCounterStore({ commands, prefix: 'test:', ...limits }),
    tearDown: async () => undefined,
  };
});

describe('the keys of counters in Redis', () => {
  it('are in one slot, and expire', async () => {
    await redis.run('FLUSHALL');
    const store = createRedisCounterStore({ commands, prefix: 'test:' });
    const view = () => store.add([{ counter: 'views', key: 'p1', amount: 1, merge: 'sum' }]);
    await view();
    const batch = await store.takeBatch('views');
    await view();
    const keys = await client.keys('*');
    expect(keys.toSorted()).toEqual([
      'test:{counters}:views',
      `test:{counters}:views:batch:${batch?.id}`,
      'test:{counters}:views:batches',
    ]);
    for (const key of keys) expect(await client.pTTL(key)).toBeGreaterThan(5 * 24 * 3_600_000);
    if (batch) await store.confirmBatch(batch);
    expect(await client.keys('*')).toEqual(['test:{counters}:views']);
  });

  it('tell a batch that was written before the server fell back to older data by its id', async () => {
    await redis.run('FLUSHALL');
    const store = createRedisCounterStore({ commands, prefix: 'test:' });
    await store.add([{ counter: 'views', key: 'p1', amount: 4, merge: 'sum' }]);
    await client.copy('test:{counters}:views', 'snapshot');
    const written = await store.takeBatch('views');
    if (written) await store.confirmBatch(written);
    await client.rename('snapshot', 'test:{counters}:views');
    expect((await store.takeBatch('views'))?.id).toBe(written?.id);
  });

  it('say of a batch that expired that it is empty', async () => {
    await redis.run('FLUSHALL');
    const store = createRedisCounterStore({ commands, prefix: 'test:' });
    await store.add([{ counter: 'views', key: 'p1', amount: 4, merge: 'sum' }]);
    const batch = await store.takeBatch('views');
    if (batch) await store.returnBatch(batch);
    await client.unlink(`test:{counters}:views:batch:${batch?.id}`);
    expect(await store.takeBatch('views')).toEqual({ ...batch, amounts: new Map(), isNewest: false });
  });
});
