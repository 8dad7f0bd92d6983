import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheCounter } from '@tributary/runtime/cache/cache-counts';
import { type OpenRedis, openRedis } from '@tributary/runtime/cache/open-redis';
import { reportCounts, serviceCountsOf } from '@tributary/runtime/cache/service-counts';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { z } from 'zod';
import { eventually } from '../kit/eventually.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { startTestRedis, type TestRedis } from './redis-server.ts';

const DAY_MS = 24 * 60 * 60_000;
const INTERVAL_MS = 20;

let server: TestRedis;
let redis: OpenRedis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = await openRedis(server.url, () => undefined);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  redis.close();
  await server.close();
});

/** A process of a service. */
function report(service: string, scope: Scope, intervalMs?: number): CacheCounter {
  const counter = new CacheCounter();
  const options = { counter, commands: redis.commands, prefix: 'test:', service };
  scope.own(reportCounts({ ...options, ...(intervalMs !== undefined && { intervalMs }) }));
  return counter;
}

const hit = (counter: CacheCounter) => counter.observer.onLookUp?.('key', { tier: 'local', outcome: 'hit' });

async function counted(service: string) {
  const fields = z.array(z.string()).parse(await server.run('HGETALL', `test:stats:${service}`));
  const pairs = fields.flatMap((field, index) => (index % 2 === 0 ? [[field, fields[index + 1] ?? '']] : []));
  return serviceCountsOf(Object.fromEntries(pairs));
}

const untilHits = (service: string, hits: number) =>
  eventually(
    () => counted(service),
    ({ local }) => local.hit === hits,
  );

describe('what the caches of a service counted', () => {
  it('is added up over its processes while they run, and forgotten a day after it began', async () => {
    await using scope = new Scope();
    const beganMs = Date.now();
    const counters = [report('catalog', scope, INTERVAL_MS), report('catalog', scope, INTERVAL_MS)];
    for (const counter of counters) hit(counter);
    const { since } = await untilHits('catalog', 2);
    expect(since.getTime()).toBeGreaterThanOrEqual(beganMs);
    const ttlMs = Number(await server.run('PTTL', 'test:stats:catalog'));
    for (const counter of counters) hit(counter);
    expect((await untilHits('catalog', 4)).since).toEqual(since);
    expect(Number(await server.run('PTTL', 'test:stats:catalog'))).toBeLessThanOrEqual(ttlMs);
    expect(ttlMs).toBeLessThanOrEqual(DAY_MS);
  });

  it('holds what was counted last when a process has ended', async () => {
    const scope = new Scope();
    hit(report('reviews', scope));
    expect((await counted('reviews')).local.hit).toBe(0);
    await scope.release();
    expect((await counted('reviews')).local.hit).toBe(1);
  });

  it('goes on after Redis was away', async () => {
    await using scope = new Scope();
    const counter = report('inventory', scope, INTERVAL_MS);
    await server.kill();
    hit(counter);
    await server.start();
    await eventually(
      async () => {
        hit(counter);
        return (await counted('inventory')).local.hit;
      },
      (hits) => hits > 0,
    );
  });
});
