import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cache, EntryOptions } from '@tributary/runtime/cache/cache';
import { openCache } from '@tributary/runtime/cache/open-cache';
import { openRedis } from '@tributary/runtime/cache/open-redis';
import { compileCache } from '../kit/compile-cache.ts';
import { startTestRedisCluster, type TestRedisCluster } from './redis-cluster-servers.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { startTestRedis, type TestRedis } from './redis-server.ts';

const COMMAND = fileURLToPath(new URL('../../runtime/src/cache-command.ts', import.meta.url));
const RULES: EntryOptions<{ title: string }> = {
  ttlMs: 60_000,
  isValue: (stored): stored is { title: string } => typeof stored === 'object' && stored !== null && 'title' in stored,
  tags: ['product:prd_1'],
};

let redis: TestRedis;
let cluster: TestRedisCluster;
beforeAll(async () => {
  redis = await startTestRedis();
  cluster = await startTestRedisCluster();
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  await Promise.all([redis.close(), cluster.close()]);
});

async function run(parameters: string[], env: Record<string, string>) {
  const { PATH = '' } = process.env;
  const outcome = await promisify(execFile)(process.execPath, [COMMAND, ...parameters], {
    env: { PATH, ...compileCache(), ...env },
  }).catch((error: { code: number; stdout: string; stderr: string }) => error);
  return { code: 'code' in outcome ? outcome.code : 0, output: outcome.stdout + outcome.stderr };
}

/** Runs a command at the node that has the key. */
async function onCluster(...[name, key, ...values]: [string, string, ...string[]]): Promise<void> {
  const { commands, close } = await openRedis(cluster.url, () => undefined);
  await commands.send(key, [name, key, ...values]).finally(close);
}

/** Fills, invalidates and writes through, as a service does. */
async function useCache(url: string): Promise<void> {
  const cache = await openCache({
    url,
    name: 'catalog',
    l1: { limitBytes: 0 },
    replicaLagLimitMs: 0,
    onNotice: () => undefined,
  });
  await cache.write(await cache.beginWrite(), new Map([['product:prd_2', { title: 'table' }]]), { rules: RULES });
  await cache.invalidate({ tags: ['category:cat_1'], positions: { catalog: 12 } });
  await cache.getOrFill('product:prd_1', async () => ({ title: 'chair' }), RULES);
  await cache.close();
}

describe('npm run cache', () => {
  it.each([
    [
      'Redis',
      {
        url: () => redis.url,
        publish: () => redis.run('HSET', 'tributary:operations', 'web', '{}'),
        forget: () => redis.run('SET', 'tributary:forgotten', 'x'),
        servers: 1,
      },
    ],
    [
      'a Redis cluster',
      {
        url: () => cluster.url,
        publish: () => onCluster('HSET', 'tributary:operations', 'web', '{}'),
        forget: () => onCluster('SET', 'tributary:forgotten', 'x'),
        servers: 3,
      },
    ],
  ])(
    'shows what %s keeps: each key has a time to live or a reason to last, and who has none is named',
    async (_, { url, publish, forget, servers }) => {
      const env = { TRIBUTARY_CACHE_URL: url() };
      await useCache(url());
      await publish();
      const stats = await run(['stats'], env);
      expect(stats.output).toMatch(/^catalog value product: 2 keys, \d+ bytes$/m);
      expect(stats.output).toMatch(/^tag: \d keys, \d+ bytes$/m);
      expect(stats.output).toMatch(/version has no time to live: the clock of versions/);
      expect(stats.output).toMatch(
        /^tributary:operations has no time to live: the operations that operators published/m,
      );
      expect(stats.output.match(/^memory .* reads of keys were hits/gm)).toHaveLength(servers);
      expect(stats).toMatchObject({ code: 0, output: expect.not.stringContaining('NO REASON') });
      await forget();
      const after = await run(['stats'], env);
      expect(after).toMatchObject({ code: 1, output: expect.stringContaining('forgotten') });
      expect(after.output).toMatch(/has no time to live: NO REASON IS KNOWN/);
    },
    60_000,
  );

  it('shows how often each tier of each service answered, over all of its processes', async () => {
    const process = (name: string) =>
      openCache({
        url: redis.url,
        name,
        l1: { limitBytes: 1_000_000 },
        budgetMs: 10_000,
        replicaLagLimitMs: 0,
        onNotice: () => undefined,
      });
    const look = (cache: Cache) => cache.getOrFill('review:rev_1', async () => ({ title: 'good' }), RULES);
    const filling = await process('reviews');
    for (const _ of [1, 2, 3]) await look(filling);
    await filling.close();
    for (const name of ['reviews', 'gateway']) {
      const cache = await process(name);
      await look(cache);
      await cache.close();
    }
    const env = { TRIBUTARY_CACHE_URL: redis.url };
    const { output } = await run(['stats'], env);
    expect(output.split('\n').filter((line) => /^(reviews|gateway) (local|shared|fills):/.test(line))).toEqual([
      'gateway local: 0.0 % of 1 look-ups answered (0 hit, 0 stale, 1 miss, 0 bypass)',
      'gateway shared: 0.0 % of 1 look-ups answered (0 hit, 0 stale, 1 miss, 0 bypass)',
      expect.stringMatching(/^gateway fills: 1 stored, 0 unshared, 0 overtaken, 0 failed, since \d{4}-/),
      'reviews local: 50.0 % of 4 look-ups answered (2 hit, 0 stale, 2 miss, 0 bypass)',
      'reviews shared: 50.0 % of 2 look-ups answered (1 hit, 0 stale, 1 miss, 0 bypass)',
      expect.stringMatching(/^reviews fills: 1 stored, /),
    ]);
    const json = await run(['stats', '--json'], env);
    expect(JSON.parse(json.output)).toMatchObject({
      servers: [{ limitBytes: 0, policy: 'noeviction', evictedKeys: 0 }],
      services: { reviews: { local: { hit: 2, miss: 2 }, shared: { hit: 1, miss: 1 }, fill: { stored: 1 } } },
      kinds: { 'reviews value review': { keys: 1 }, stats: { keys: expect.any(Number) } },
    });
  }, 60_000);

  it.each([
    ['key', ['--key', 'product:prd_1']],
    ['tag', ['--tag', 'product:prd_9', 'product:prd_1']],
  ])(
    'shows an entry, and invalidates it by %s',
    async (_, what) => {
      const env = { TRIBUTARY_CACHE_URL: redis.url };
      const get = () => run(['get', 'product:prd_1', '--service', 'catalog'], env);
      await useCache(redis.url);
      const entry = await get();
      expect(entry).toMatchObject({ code: 0, output: expect.stringContaining('"title": "chair"') });
      expect(entry.output).toMatch(/^true$/m);
      expect(await run(['invalidate', ...what], env)).toMatchObject({ code: 0 });
      const { output } = await get();
      expect(output).toContain('invalidated since');
      expect(output).toContain('not true any more');
    },
    60_000,
  );

  it.each([
    [1, ['get', 'product:none', '--service', 'catalog'], () => redis.url, 'there is no entry of product:none'],
    [1, ['stats'], () => 'memcached://127.0.0.1:1', 'has to name Redis or Valkey'],
    [1, ['stats'], () => 'redis://127.0.0.1:1', 'ECONNREFUSED'],
    [1, ['invalidate', '--tag', 'a'], () => 'redis://127.0.0.1:1', ''],
    [1, ['invalidate', '--tag', 'a'], () => '', 'each process caches for itself'],
    [2, ['invalidate'], () => redis.url, 'name a --key or a --tag'],
    [2, ['invalidate', '--tag', 'a'], () => 'ftp://nowhere', 'expected a URL'],
    [2, ['forget'], () => redis.url, 'unknown command'],
    [0, ['--help'], () => redis.url, 'stats'],
  ])('ends with %s for %j', async (code, parameters, url, told) => {
    expect(await run(parameters, { TRIBUTARY_CACHE_URL: url() })).toMatchObject({
      code,
      output: expect.stringContaining(told),
    });
  });
});
