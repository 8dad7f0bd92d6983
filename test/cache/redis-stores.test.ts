import { connectInBackground, createRedisClient, disconnect } from '@tributary/runtime/cache/redis-connection';
import { createRedisCoordination } from '@tributary/runtime/cache/redis-coordination';
import { createRedisValueStore } from '@tributary/runtime/cache/redis-value-store';
import { CONTRACT_LEASE_MS, describeCoordination } from './coordination-contract.ts';
import { startTestRedis } from './redis-server.ts';
import { describeValueStore } from './value-store-contract.ts';

async function connectToTestRedis() {
  const redis = await startTestRedis();
  const options = { url: redis.url, onError: () => undefined };
  const client = createRedisClient(options);
  await connectInBackground(client);
  const tearDown = async (): Promise<void> => {
    disconnect(client);
    await redis.close();
  };
  return { client, options, tearDown };
}

describeValueStore('Redis', async () => {
  const { client, tearDown } = await connectToTestRedis();
  return { store: createRedisValueStore({ client, prefix: 'test:' }), tearDown };
});

describeCoordination('Redis', async () => {
  const { client, options, tearDown } = await connectToTestRedis();
  const leaseMs = CONTRACT_LEASE_MS;
  return { coordination: createRedisCoordination({ client, listener: options, prefix: 'test:', leaseMs }), tearDown };
});
