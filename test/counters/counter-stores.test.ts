import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OpenRedis, openRedis } from '@tributary/runtime/cache/open-redis';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import { createRedisCounterStore } from '@tributary/runtime/counters/redis-counter-store';
import { startTestRedisCluster, type TestRedisCluster } from '../cache/redis-cluster-servers.ts';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { describeCounterStore } from './counter-store-contract.ts';

const PREFIX = 'test:';
const GATHERING = `${PREFIX}{counters}:views`;
const DAY_MS = 24 * 3_600_000;
/** Long: a machine that is busy is no failure here. */
const BUDGET_MS = 30_000;

let server: TestRedis;
let onServer: OpenRedis;
let cluster: TestRedisCluster;
let onCluster: OpenRedis;
beforeAll(async () => {
  server = await startTestRedis();
  onServer = await openRedis(server.url, () => undefined);
  cluster = await startTestRedisCluster();
  onCluster = await openRedis(cluster.url, () => undefined);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  onServer?.close();
  onCluster?.close();
  await Promise.all([server?.close(), cluster?.close()]);
});

describeCounterStore('memory', async () => ({
  open: (limits) => createMemoryCounterStore(limits),
  tearDown: async () => undefined,
}));

describeCounterStore('Redis', async () => {
  await server.run('FLUSHALL');
  return {
    open: (limits) =>
      createRedisCounterStore({ commands: onServer.commands, prefix: PREFIX, budgetMs: BUDGET_MS, ...limits }),
    tearDown: async () => undefined,
  };
});

describeCounterStore('a Redis cluster', async () => {
  await Promise.all(cluster.nodes.map((node) => node.run('FLUSHALL')));
  return {
    open: (limits) =>
      createRedisCounterStore({ commands: onCluster.commands, prefix: PREFIX, budgetMs: BUDGET_MS, ...limits }),
    tearDown: async () => undefined,
  };
});

describe('the keys of counters in Redis', () => {
  const openEmpty = async () => {
    await server.run('FLUSHALL');
    const store = createRedisCounterStore({ commands: onServer.commands, prefix: PREFIX, budgetMs: BUDGET_MS });
    const view = () => store.add([{ counter: 'views', key: 'p1', amount: 4, merge: 'sum' }]);
    await view();
    return { store, view };
  };
  const keysOf = async (): Promise<string[]> => {
    const keys = await server.run('KEYS', '*');
    return Array.isArray(keys) ? keys.map(String).toSorted() : [];
  };

  it('are in one slot, and expire', async () => {
    const { store, view } = await openEmpty();
    const batch = await store.takeBatch('views');
    await view();
    const keys = await keysOf();
    expect(keys).toEqual([GATHERING, `${GATHERING}:batch:${batch?.id}`, `${GATHERING}:batches`]);
    for (const key of keys) expect(await server.run('PTTL', key)).toBeGreaterThan(5 * DAY_MS);
    if (batch) await store.confirmBatch(batch);
    expect(await keysOf()).toEqual([GATHERING]);
  });

  it('tell a batch that was written before the server fell back to older data by its id', async () => {
    const { store } = await openEmpty();
    await server.run('COPY', GATHERING, 'snapshot');
    const written = await store.takeBatch('views');
    if (written) await store.confirmBatch(written);
    await server.run('RENAME', 'snapshot', GATHERING);
    expect(await store.takeBatch('views')).toEqual(written);
  });

  it('say of a batch that expired that it is empty', async () => {
    const { store } = await openEmpty();
    const batch = await store.takeBatch('views');
    if (batch) await store.returnBatch(batch);
    await server.run('UNLINK', `${GATHERING}:batch:${batch?.id}`);
    expect(await store.takeBatch('views')).toEqual({ ...batch, amounts: new Map(), isNewest: false });
  });
});
