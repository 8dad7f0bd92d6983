import { openRedis } from '@tributary/runtime/cache/open-redis';
import { createRedisCoordination } from '@tributary/runtime/cache/redis-coordination';
import { createRedisValueStore } from '@tributary/runtime/cache/redis-value-store';
import { CONTRACT_LEASE_MS, describeCoordination } from './coordination-contract.ts';
import { startTestRedis } from './redis-server.ts';
import { describeValueStore } from './value-store-contract.ts';

const prefix = 'test:';

async function connectToTestRedis() {
  const server = await startTestRedis();
  const redis = await openRedis(server.url, () => undefined);
  const tearDown = async (): Promise<void> => {
    redis.close();
    await server.close();
  };
  return { redis, tearDown };
}

describeValueStore('Redis', async () => {
  const { redis, tearDown } = await connectToTestRedis();
  return { store: createRedisValueStore({ commands: redis.commands, prefix }), tearDown };
});

describeCoordination('Redis', async () => {
  const { redis, tearDown } = await connectToTestRedis();
  const { commands, listener } = redis;
  const keys = { prefix, leasePrefix: prefix, buckets: redis.bucketsOf(prefix) };
  return {
    coordination: createRedisCoordination({ commands, listener, ...keys, leaseMs: CONTRACT_LEASE_MS }),
    tearDown,
  };
});
