import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clusterSlotOf } from '@tributary/runtime/cache/cluster-slot';
import type { Coordination } from '@tributary/runtime/cache/coordination';
import { type OpenRedis, openRedis } from '@tributary/runtime/cache/open-redis';
import { createRedisCoordination } from '@tributary/runtime/cache/redis-coordination';
import { createRedisValueStore } from '@tributary/runtime/cache/redis-value-store';
import type { TagBuckets } from '@tributary/runtime/cache/tag-buckets';
import { eventually } from '../kit/eventually.ts';
import { CONTRACT_LEASE_MS, describeCoordination } from './coordination-contract.ts';
import { describeInterleaving } from './describe-interleaving.ts';
import { stemOf } from './interleaving.ts';
import { describeProcesses } from './processes-contract.ts';
import { startTestRedisCluster, type TestRedisCluster } from './redis-cluster-servers.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { describeValueStore } from './value-store-contract.ts';

const opened: OpenRedis[] = [];
let servers: TestRedisCluster;
let lastPrefix = 0;
beforeAll(async () => {
  servers = await startTestRedisCluster();
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  for (const redis of opened) redis.close();
  await servers.close();
});

async function open(): Promise<OpenRedis> {
  const redis = await openRedis(servers.url, () => undefined);
  opened.push(redis);
  return redis;
}

async function coordinate(prefix: string, leaseMs = CONTRACT_LEASE_MS): Promise<Coordination> {
  const redis = await open();
  const { commands, listener } = redis;
  const buckets = redis.bucketsOf(prefix);
  return createRedisCoordination({ commands, listener, buckets, prefix, leasePrefix: prefix, leaseMs });
}

const tearDown = async (): Promise<void> => undefined;
const uniquePrefix = (): string => `test-${++lastPrefix}:`;

describeValueStore('a Redis cluster', async () => {
  const { commands } = await open();
  return { store: createRedisValueStore({ commands, prefix: uniquePrefix() }), tearDown };
});

describeCoordination('a Redis cluster', async () => ({ coordination: await coordinate(uniquePrefix()), tearDown }));

describeProcesses('a Redis cluster', async () => {
  const prefix = uniquePrefix();
  return {
    processes: [await coordinate(prefix), await coordinate(prefix)],
    say: async (message) => servers.nodes[0]?.run('PUBLISH', `${prefix}invalidated`, message),
    tearDown,
  };
});

describeInterleaving('a Redis cluster', {
  schedules: Number(process.env['TRIBUTARY_CACHE_CLUSTER_SCHEDULES'] ?? 100),
  openStores: async () => {
    const redis = opened[0] ?? (await open());
    const { commands, listener } = redis;
    const prefix = uniquePrefix();
    const keys = { prefix, leasePrefix: prefix, buckets: ridersWithStems(redis.bucketsOf(prefix)) };
    return {
      values: createRedisValueStore({ commands, prefix }),
      coordination: createRedisCoordination({ commands, listener, ...keys, leaseMs: 40 }),
    };
  },
});

function ridersWithStems(buckets: TagBuckets): TagBuckets {
  return {
    ...buckets,
    bucketOf: (tag) => buckets.bucketOf(stemOf(tag)),
    tagKey: (tag) => `${buckets.tagKey(stemOf(tag))}${tag.slice(stemOf(tag).length)}`,
  };
}

describe('a Redis cluster', () => {
  it('has tags on every node', async () => {
    const coordination = await coordinate('spread:');
    const tags = Array.from({ length: 300 }, (_, index) => `product:${index}`);
    await coordination.invalidate({ tags, positions: {} });
    const counts = await Promise.all(servers.nodes.map((node) => node.run('KEYS', 'spread:*tag:*')));
    for (const keys of counts) expect(Array.isArray(keys) && keys.length).toBeGreaterThan(30);
  });

  it('is asked for slots that it counts in the same way', async () => {
    const keys = ['a', 'tributary:{tags-3}:tag:product:1', '{}x', 'ü{é}'];
    const [node] = servers.nodes;
    const slots = await Promise.all(keys.map((key) => node?.run('CLUSTER', 'KEYSLOT', key)));
    expect(keys.map(clusterSlotOf)).toEqual(slots);
  });

  it('serves what other nodes have while one is dead, refuses the rest at once, and takes all again when it is back', async () => {
    const { commands } = await open();
    const keys = Array.from({ length: 30 }, (_, index) => `outage:${index}`);
    const ask = () => Promise.allSettled(keys.map((key) => commands.send(key, ['SET', key, 'x', 'PX', '60000'])));
    const done = (results: PromiseSettledResult<unknown>[]) =>
      results.filter(({ status }) => status === 'fulfilled').length;
    expect(done(await ask())).toBe(keys.length);
    const [, dead] = servers.nodes;
    for (const node of servers.nodes) await node.run('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    await dead?.kill();
    const startMs = performance.now();
    const during = done(await ask());
    expect(during).toBeLessThan(keys.length);
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await eventually(
      async () => done(await ask()),
      (count) => count >= keys.length / 3,
    );
    await dead?.start();
    await eventually(
      async () => done(await ask()),
      (count) => count === keys.length,
      { limitMs: 20_000 },
    );
  }, 60_000);
});
