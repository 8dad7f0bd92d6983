import { setImmediate as breathe, setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache, EntryOptions } from '@tributary/runtime/cache/cache';
import { openCache } from '@tributary/runtime/cache/open-cache';
import { eventually } from '../kit/eventually.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { startTestRedis, type TestRedis } from './redis-server.ts';
import { StaleChecker } from './stale-checker.ts';

const ROWS = 200;
const READERS = 40;
const BUDGET_MS = 150;
const LOCAL_MAX_AGE_MS = 400;
/** A look-up may read in the shared tier, and be told after its budget that it can't. */
const BOUND_MS = LOCAL_MAX_AGE_MS + 2 * BUDGET_MS;
const OUTAGE_MS = 1_500;
const MEBIBYTE = 1024 * 1024;
const RULES: EntryOptions<number> = { ttlMs: 60_000, isValue: (stored) => typeof stored === 'number' };

let redis: TestRedis;
let caches: Cache[];
beforeEach(async () => {
  redis = await startTestRedis();
  caches = await Promise.all(
    ['one', 'other'].map(() =>
      openCache({
        url: redis.url,
        l1: { limitBytes: MEBIBYTE, maxAgeMs: LOCAL_MAX_AGE_MS },
        budgetMs: BUDGET_MS,
        openForMs: 200,
        onNotice: () => undefined,
      }),
    ),
  );
}, REDIS_START_LIMIT_MS);
afterEach(async () => {
  redis.resume();
  await Promise.all(caches.map((cache) => cache.close()));
  await redis.close();
});

/** Readers and a writer in two processes, until they are stopped. */
function startLoad(checker: StaleChecker) {
  const durations: number[] = [];
  const failures: unknown[] = [];
  let fills = 0;
  let isEnding = false;

  async function read(cache: Cache, reader: number): Promise<void> {
    for (let step = reader; !isEnding; step += READERS) {
      const row = (step * 7919) % ROWS;
      const askedAtMs = performance.now();
      const fill = async (): Promise<number> => {
        fills++;
        await breathe();
        return checker.read(row);
      };
      const answered = await cache.getOrFill(`row:${row}`, fill, RULES).catch((error: unknown) => failures.push(error));
      durations.push(performance.now() - askedAtMs);
      checker.check(row, answered ?? Number.NaN, askedAtMs);
      await breathe();
    }
  }

  async function write(cache: Cache): Promise<void> {
    for (let step = 0; !isEnding; step++) {
      const row = (step * 31) % ROWS;
      const version = checker.write(row);
      // Repeated until others were told, as the outbox does.
      let isTold = false;
      while (!isTold && !isEnding) {
        isTold = await cache.invalidate({ keys: [`row:${row}`] }).then(
          () => true,
          () => false,
        );
        await delay(5);
      }
      if (isTold) checker.acknowledge(row, version);
    }
  }

  const [writing, ...others] = caches;
  const readers = Array.from({ length: READERS }, (_, index) => caches[index % 2]);
  const work = [
    ...readers.map((cache, index) => cache && read(cache, index)),
    ...[writing ?? others[0]].map((cache) => cache && write(cache)),
  ];
  return {
    durations,
    failures,
    fills: () => fills,
    stop: async () => {
      isEnding = true;
      await Promise.all(work);
    },
  };
}

const commandsOf = async (): Promise<number> =>
  Number(/total_commands_processed:(\d+)/.exec(String(await redis.run('INFO', 'stats')))?.[1]);

describe('caches under load whose Redis', () => {
  it.each<[string, () => Promise<void>, () => Promise<void>]>([
    ['stops and is started again, empty', () => redis.kill(), () => redis.start()],
    ['is paused and goes on', () => redis.pause(), async () => redis.resume()],
    [
      'loses the subscriptions',
      async () => void (await redis.run('CLIENT', 'KILL', 'TYPE', 'pubsub')),
      async () => undefined,
    ],
    ['loses its data', async () => void (await redis.run('FLUSHALL')), async () => undefined],
  ])(
    '%s fail nobody, answer nothing older than the bound, and hit again',
    async (_, fail, recover) => {
      const checker = new StaleChecker(ROWS, BOUND_MS);
      const load = startLoad(checker);
      await eventually(
        async () => load.durations.length,
        (lookUps) => lookUps > 2_000,
      );
      load.durations.length = 0;
      await fail();
      await delay(OUTAGE_MS);
      await recover();
      const sorted = load.durations.toSorted((one, other) => one - other);
      await eventually(
        async () => {
          const before = { fills: load.fills(), lookUps: load.durations.length };
          await delay(200);
          return (load.fills() - before.fills) / (load.durations.length - before.lookUps);
        },
        (fillsPerLookUp) => fillsPerLookUp < 0.2,
      );
      await load.stop();
      expect(checker.stale).toEqual([]);
      expect(load.failures).toEqual([]);
      expect(sorted.length).toBeGreaterThan(500);
      expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThan(3 * BUDGET_MS);
    },
    60_000,
  );

  it('hangs send it a handful of commands meanwhile, and keep nothing for later', async () => {
    const load = startLoad(new StaleChecker(ROWS, BOUND_MS));
    await eventually(
      async () => load.durations.length,
      (lookUps) => lookUps > 2_000,
    );
    await load.stop();
    const idle = await commandsOf();
    await redis.pause();
    const heapBefore = process.memoryUsage().heapUsed;
    const paused = startLoad(new StaleChecker(ROWS, BOUND_MS));
    await eventually(
      async () => paused.durations.length,
      (lookUps) => lookUps > 3_000,
      { limitMs: 30_000 },
    );
    await paused.stop();
    const grown = process.memoryUsage().heapUsed - heapBefore;
    redis.resume();
    const sent = (await commandsOf()) - idle;
    expect(sent).toBeLessThan(paused.durations.length / 5);
    expect(grown).toBeLessThan(64 * MEBIBYTE);
  }, 60_000);
});
