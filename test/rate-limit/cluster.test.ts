import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type OpenRedis, openRedis } from '@tributary/runtime/cache/open-redis';
import { RateLimiter } from '@tributary/runtime/rate-limit/rate-limiter';
import { createRedisCallWindow } from '@tributary/runtime/rate-limit/redis-call-window';
import { createRedisTokenStore } from '@tributary/runtime/rate-limit/redis-token-store';
import { startTestRedisCluster, type TestRedisCluster } from '../cache/redis-cluster-servers.ts';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { WINDOW_MS } from './limited-gateways.ts';

const CLIENTS = Array.from({ length: 20 }, (_, index) => `anonymous:192.0.2.${index}`);

let cluster: TestRedisCluster;
let connections: OpenRedis[];
beforeAll(async () => {
  cluster = await startTestRedisCluster();
  connections = await Promise.all([1, 2].map(() => openRedis(cluster.url, () => undefined)));
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  for (const connection of connections) connection.close();
  await cluster.close();
});

it('a cluster has the buckets of all clients, wherever their keys are', async () => {
  const limit = { capacity: 10, windowMs: WINDOW_MS };
  const limiters = connections.map(
    ({ commands }) =>
      new RateLimiter({
        store: createRedisTokenStore({ commands, budgetMs: 5_000 }),
        lease: 1,
        processes: 2,
        withoutStore: 'closed',
      }),
  );
  const verdicts = await Promise.all(
    CLIENTS.flatMap((key) =>
      Array.from({ length: 20 }, (_, index) => limiters[index % 2]?.bucketOf({ key, limit }).spend(1)),
    ),
  );
  await Promise.all(limiters.map((limiter) => limiter.close()));

  expect(verdicts.filter((verdict) => verdict?.isAdmitted)).toHaveLength(CLIENTS.length * 10);
});

it('a cluster counts the calls of all clients, wherever their keys are', async () => {
  const windows = connections.map(({ commands }) => createRedisCallWindow({ commands, budgetMs: 5_000 }));
  const rule = { max: 3, windowMs: 3_600_000 };
  const outcomes = await Promise.all(
    CLIENTS.flatMap((key) => Array.from({ length: 8 }, (_, index) => windows[index % 2]?.record(key, rule))),
  );

  expect(outcomes.filter((outcome) => outcome?.isAdmitted)).toHaveLength(CLIENTS.length * 3);
});
