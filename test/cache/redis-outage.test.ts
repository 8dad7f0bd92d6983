import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache, EntryOptions } from '@tributary/runtime/cache/cache';
import { REPLICA_LAG_LIMIT_MS } from '@tributary/runtime/cache/coordination';
import { openCache } from '@tributary/runtime/cache/open-cache';
import { eventually } from '../kit/eventually.ts';
import { recordOutcomes } from './cache-scene.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { startTestRedis, type TestRedis } from './redis-server.ts';

const BUDGET_MS = 150;
/** A look-up has at most two calls of the shared tier to give up on before it fills, and one after. */
const SLOWEST_LOOK_UP_MS = 3 * BUDGET_MS + 200;
const RULES: EntryOptions<string> = { ttlMs: 60_000, isValue: (stored) => typeof stored === 'string' };

let redis: TestRedis;
const opened: Cache[] = [];

beforeEach(async () => {
  redis = await startTestRedis();
}, REDIS_START_LIMIT_MS);
afterEach(async () => {
  redis.resume();
  await Promise.all(opened.splice(0).map((cache) => cache.close()));
  await redis.close();
});

async function openProcess(options: { localLimitBytes?: number; localMaxAgeMs?: number } = {}) {
  const { lines, observer } = recordOutcomes();
  const { localLimitBytes: limitBytes = 0, localMaxAgeMs: maxAgeMs = 60_000 } = options;
  const cache = await openCache({
    url: redis.url,
    l1: { limitBytes, maxAgeMs },
    budgetMs: BUDGET_MS,
    openForMs: 100,
    observer,
    onNotice: () => undefined,
  });
  opened.push(cache);
  return { cache, lines };
}

const readRow = async (): Promise<string> => 'row';

/** Looks up until one is a hit of the shared tier. */
async function untilHit({ cache, lines }: { cache: Cache; lines: string[] }, key: string): Promise<void> {
  await eventually(
    async () => {
      await cache.getOrFill(key, readRow, RULES);
      return lines.at(-1);
    },
    (line) => line === `shared hit ${key}`,
  );
}

describe('a cache whose Redis fails', () => {
  it.each<[string, (redis: TestRedis) => Promise<void>, (redis: TestRedis) => Promise<void>]>([
    ['stopped', (each) => each.kill(), (each) => each.start()],
    ['paused', (each) => each.pause(), async (each) => each.resume()],
  ])(
    'fills while it is %s, within the budget and without an error, and hits again by itself',
    async (_, fail, recover) => {
      const scene = await openProcess();
      await untilHit(scene, 'before');
      await fail(redis);
      const durations: number[] = [];
      for (let round = 0; round < 20; round++) {
        const startMs = performance.now();
        const values = await Promise.all(
          Array.from({ length: 50 }, (_unused, index) => scene.cache.getOrFill(`${round}:${index}`, readRow, RULES)),
        );
        durations.push(performance.now() - startMs);
        expect(new Set(values)).toEqual(new Set(['row']));
      }
      expect(Math.max(...durations)).toBeLessThan(SLOWEST_LOOK_UP_MS);
      // The breaker is open most of the time: only its attempts cost anything.
      expect(durations.toSorted((a, b) => a - b)[10]).toBeLessThan(BUDGET_MS);
      await recover(redis);
      await untilHit(scene, 'after');
    },
  );

  it('starts without it, and uses it when it comes', async () => {
    await redis.kill();
    const scene = await openProcess();
    expect(await scene.cache.getOrFill('early', readRow, RULES)).toBe('row');
    await redis.start();
    await untilHit(scene, 'late');
  });

  it('says that an invalidation could not be told to others', async () => {
    const { cache } = await openProcess();
    await redis.kill();
    await expect(cache.invalidate({ keys: ['product:1'] })).rejects.toThrow();
  });

  it('fills once for two processes on one Redis, and tells the other of an invalidation', async () => {
    const [one, other] = [
      await openProcess({ localLimitBytes: 1_000_000 }),
      await openProcess({ localLimitBytes: 1_000_000 }),
    ];
    let fills = 0;
    const fill = async (): Promise<string> => {
      fills++;
      await new Promise(setImmediate);
      return `row ${fills}`;
    };
    const look = (cache: Cache) => cache.getOrFill('product:1', fill, RULES);
    const callers = Array.from({ length: 1_000 }, (_, index) => (index % 2 ? one : other).cache);
    expect(new Set(await Promise.all(callers.map(look)))).toEqual(new Set(['row 1']));
    await one.cache.invalidate({ keys: ['product:1'] });
    expect(await look(one.cache)).toBe('row 2');
    await eventually(
      () => look(other.cache),
      (row) => row === 'row 2',
    );
    expect(fills).toBe(2);
  });

  it('empties the local tier of a process whose subscription was interrupted', async () => {
    const { cache, lines } = await openProcess({ localLimitBytes: 1_000_000 });
    await cache.getOrFill('product:1', readRow, RULES);
    await cache.getOrFill('product:1', readRow, RULES);
    expect(lines.at(-1)).toBe('local hit product:1');
    await redis.run('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(
      async () => {
        lines.length = 0;
        await cache.getOrFill('product:1', readRow, RULES);
        return lines;
      },
      ([line]) => line === 'local miss product:1',
    );
  });

  it.each([
    ['all data', ['FLUSHALL']],
    ['the version of a tag', ['DEL', 'tributary:tag:category:7:list']],
  ])('shows nothing stale after Redis lost %s', async (_, loss) => {
    const { cache } = await openProcess();
    const rules = { ...RULES, tags: ['category:7:list'] };
    let row = 'old';
    const look = () => cache.getOrFill('product:1', async () => row, rules);
    await look();
    await eventually(
      () => redis.run('EXISTS', 'tributary:value:product:1', 'tributary:tag:category:7:list'),
      (count) => count === 2,
    );
    row = 'new';
    await redis.run(...loss);
    expect(await look()).toBe('new');
  });

  it('keeps nothing for longer than replicas may lag after Redis lost its data, and with it where they had to be', async () => {
    const { cache } = await openProcess();
    await cache.invalidate({ keys: ['product:1'], positions: { catalog: 77 } });
    await redis.run('FLUSHALL');
    await cache.getOrFill('product:1', readRow, RULES);
    const ttlMs = await eventually(
      () => redis.run('PTTL', 'tributary:value:product:1'),
      (ttl) => Number(ttl) > 0,
    );
    expect(ttlMs).toBeLessThanOrEqual(REPLICA_LAG_LIMIT_MS);
  });

  it('throws away what a fill brings during which Redis lost its data', async () => {
    const { cache, lines } = await openProcess();
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const fill = async (): Promise<string> => {
      begun.resolve();
      await gate;
      return 'old';
    };
    const reading = cache.getOrFill('product:1', fill, RULES);
    await begun.promise;
    await cache.invalidate({ keys: ['product:1'] });
    await redis.run('FLUSHALL');
    open();
    expect(await reading).toBe('old');
    expect(lines).toContain('overtaken product:1');
    expect(await cache.getOrFill('product:1', async () => 'new', RULES)).toBe('new');
  });

  it('leaves nothing in Redis without a time to live but the clock of versions', async () => {
    const { cache } = await openProcess();
    await cache.getOrFill('product:1', readRow, { ...RULES, tags: ['category:7:list'] });
    await cache.invalidate({ tags: ['category:7:list', 'category:8:list'], positions: { catalog: 77 } });
    const keys = await redis.run('KEYS', '*');
    if (!Array.isArray(keys)) throw new Error('KEYS answers a list');
    const lasting = await Promise.all(keys.map(async (key) => ((await redis.run('TTL', key)) === -1 ? [key] : [])));
    expect(lasting.flat()).toEqual(['tributary:version']);
    expect(keys.length).toBeGreaterThanOrEqual(5);
  });
});
