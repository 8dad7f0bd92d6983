import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Fill, FillMissing, ManyOptions } from '@tributary/runtime/cache/cache';
import type { Coordination } from '@tributary/runtime/cache/coordination';
import type { TwoTierCache } from '@tributary/runtime/cache/two-tier-cache';
import { type CacheScene, cacheScene, LEASE_MS, LOCAL_MAX_AGE_MS, WAIT_MS } from './cache-scene.ts';

const TTL_MS = 60_000;
const STALE_MS = 30_000;
const STALE_IF_ERROR_MS = 600_000;
const isText = (stored: unknown): stored is string => typeof stored === 'string';
const rules = { ttlMs: TTL_MS, staleMs: STALE_MS, staleIfErrorMs: STALE_IF_ERROR_MS, isValue: isText };

let scene: CacheScene;
let first: TwoTierCache;
let second: TwoTierCache;
let lines: string[];
let secondLines: string[];

beforeEach(() => {
  scene = cacheScene();
  ({ cache: first, lines } = scene.openProcess());
  ({ cache: second, lines: secondLines } = scene.openProcess());
});

/** Waits for what the caches do behind their answers. */
const settle = async (): Promise<void> => {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
};

/** A fill that answers the same text, or what it is changed to, and counts. */
function source(text: string | undefined) {
  const state = { text, fills: 0, error: undefined as Error | undefined };
  const fill: Fill<string> = async () => {
    state.fills += 1;
    await new Promise(setImmediate);
    if (state.error) throw state.error;
    return state.text;
  };
  return { state, fill };
}

describe('a cache of two tiers', () => {
  it('fills once, and answers from the local tier in the process that filled, from the shared one elsewhere', async () => {
    const { state, fill } = source('chair');
    for (const cache of [first, first, second, second]) {
      expect(await cache.getOrFill('product:1', fill, rules)).toBe('chair');
      await settle();
    }
    expect(state.fills).toBe(1);
    expect(lines).toEqual(['local miss product:1', 'shared miss product:1', 'stored product:1', 'local hit product:1']);
    expect(secondLines).toEqual(['local miss product:1', 'shared hit product:1', 'local hit product:1']);
  });

  it('keeps no more in the local tier than fits when it is not compressed', async () => {
    const values = Array.from({ length: 10 }, (_, index) => `${index} ${'chair '.repeat(10_000)}`);
    const limit = { localLimitBytes: 3 * 65_000 };
    for (const process of [scene.openProcess(limit), scene.openProcess(limit)]) {
      for (const value of values) {
        await process.cache.getOrFill(value.slice(0, 1), async () => value, rules);
        await settle();
      }
      const atHand = values.filter((value) => process.cache.peek(value.slice(0, 1), isText) !== undefined);
      expect(atHand).toEqual(values.slice(-3));
    }
  });

  it('fills a cold key once for 1,000 callers in two processes', async () => {
    const { state, fill } = source('chair');
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => (index % 2 ? first : second).getOrFill('product:1', fill, rules)),
    );
    expect(new Set(answers)).toEqual(new Set(['chair']));
    expect(state.fills).toBe(1);
  });

  it('fills only what is missing of many keys, in one fill and one round trip', async () => {
    const filled: string[][] = [];
    const fillMissing: FillMissing<string> = async (keys) => {
      filled.push([...keys]);
      return new Map(keys.filter((key) => key !== 'c').map((key) => [key, `value of ${key}`]));
    };
    const options: ManyOptions<string> = { ...rules, tagsOf: (key) => [`tag of ${key}`] };
    await first.getManyOrFill(['a', 'b'], fillMissing, options);
    await settle();
    scene.calls['getMany'] = 0;
    scene.calls['versionsOf'] = 0;
    const values = await second.getManyOrFill(['a', 'c', 'b', 'd', 'a'], fillMissing, options);
    expect([...values]).toEqual(expect.arrayContaining(['a', 'b', 'd'].map((key) => [key, `value of ${key}`])));
    expect(values.size).toBe(3);
    expect(filled).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(scene.calls).toMatchObject({ getMany: 1, versionsOf: 1 });
  });

  it('knows for a while that there is no value', async () => {
    const { state, fill } = source(undefined);
    for (const cache of [first, second, first]) {
      expect(await cache.getOrFill('product:404', fill, { ...rules, missingTtlMs: 5_000, staleMs: 0 })).toBeUndefined();
      await settle();
    }
    expect(state.fills).toBe(1);
    scene.clock.advance(5_000);
    state.text = 'found';
    expect(await first.getOrFill('product:404', fill, { ...rules, staleMs: 0 })).toBe('found');
  });

  it('serves a stale value at once while one process refreshes it', async () => {
    const { state, fill } = source('old');
    await first.getOrFill('product:1', fill, rules);
    await settle();
    scene.clock.advance(TTL_MS);
    state.text = 'new';
    const answers = await Promise.all(
      [first, second, first, second].map((cache) => cache.getOrFill('product:1', fill, rules)),
    );
    expect(answers).toEqual(['old', 'old', 'old', 'old']);
    await Promise.all([first.close(), second.close()]);
    expect(state.fills).toBe(2);
    expect(await scene.openProcess().cache.getOrFill('product:1', fill, rules)).toBe('new');
    expect(state.fills).toBe(2);
  });

  it('serves a stale value where the fill fails, up to its bound, and then the error', async () => {
    const { state, fill } = source('old');
    await first.getOrFill('product:1', fill, rules);
    await settle();
    state.error = new Error('the database is away');
    scene.clock.advance(TTL_MS + STALE_IF_ERROR_MS - 1);
    expect(await first.getOrFill('product:1', fill, rules)).toBe('old');
    expect(lines.at(-1)).toBe('shared stale fill-failed product:1');
    scene.clock.advance(1);
    await expect(first.getOrFill('product:1', fill, rules)).rejects.toThrow('the database is away');
  });

  it('gives who does not wait for a fill what is kept, up to the bound of what is served where one fails', async () => {
    const { fill } = source('old');
    await first.getOrFill('product:1', fill, rules);
    await settle();
    scene.clock.advance(TTL_MS + STALE_IF_ERROR_MS - 1);
    void first.getOrFill('product:1', () => new Promise(() => undefined), rules);
    await settle();
    expect(await first.getKept('product:1', rules)).toBe('old');
    const tighter = { ...rules, staleIfErrorMs: STALE_IF_ERROR_MS - 1 };
    expect(await first.getKept('product:1', tighter)).toBeUndefined();
    expect(await first.getKept('product:404', rules)).toBeUndefined();
  });

  it('lets the next caller fill at once after a fill that failed', async () => {
    const { state, fill } = source('chair');
    state.error = new Error('once');
    await expect(first.getOrFill('product:1', fill, rules)).rejects.toThrow('once');
    await settle();
    state.error = undefined;
    expect(await second.getOrFill('product:1', fill, rules)).toBe('chair');
    expect(state.fills).toBe(2);
  });

  it('does not fill again what the last holder of the lease stored just before it gave it back', async () => {
    const { coordination } = scene;
    const { state, fill } = source('chair');
    const ofOther = Promise.withResolvers<void>();
    const slowFill: Fill<string> = async (context) => {
      await ofOther.promise;
      return fill(context);
    };
    let asked = 0;
    const beginFills: Coordination['beginFills'] = async (requests) => {
      asked += 1;
      if (asked === 2) {
        ofOther.resolve();
        await filling;
        await settle();
      }
      return coordination.beginFills(requests);
    };
    const { cache: waiting } = scene.openProcess({ coordination: { ...coordination, beginFills } });
    const filling = first.getOrFill('product:1', slowFill, rules);
    await settle();
    expect(await waiting.getOrFill('product:1', fill, rules)).toBe('chair');
    expect([asked, state.fills]).toEqual([2, 1]);
    await settle();
    const [ticket] = await coordination.beginFills([{ key: 'product:1', tags: [] }]);
    expect(ticket?.lease).toBeDefined();
  });

  it('fills itself when another process holds the lease beyond the wait', async () => {
    await scene.coordination.beginFills([{ key: 'product:1', tags: [] }]);
    const { state, fill } = source('chair');
    const before = scene.clock.now();
    expect(await first.getOrFill('product:1', fill, rules)).toBe('chair');
    expect(scene.clock.now() - before).toBeGreaterThanOrEqual(WAIT_MS);
    expect(scene.clock.now() - before).toBeLessThan(LEASE_MS);
    expect(state.fills).toBe(1);
    expect(lines).toContain('unshared product:1');
  });

  it('waits but once for a process that fills a key and never ends', async () => {
    await scene.coordination.beginFills([{ key: 'product:1', tags: [] }]);
    const { state, fill } = source('chair');
    await first.getOrFill('product:1', fill, rules);
    scene.clock.advance(LOCAL_MAX_AGE_MS);
    const before = scene.clock.now();
    expect(await first.getOrFill('product:1', fill, rules)).toBe('chair');
    expect(scene.clock.now()).toBe(before);
    expect(state.fills).toBe(2);
    scene.clock.advance(LEASE_MS);
    await first.getOrFill('product:1', fill, rules);
    await settle();
    expect(await second.getOrFill('product:1', fill, rules)).toBe('chair');
    expect(state.fills).toBe(3);
  });

  it('keeps nowhere what describes itself as not to be kept', async () => {
    const { state, fill } = source('private');
    const options = { ...rules, describe: () => ({ ttlMs: 0 }) };
    await first.getOrFill('answer', fill, options);
    await first.getOrFill('answer', fill, options);
    expect(state.fills).toBe(2);
  });

  it('takes a value of another shape for a miss', async () => {
    await first.getOrFill('product:1', async () => 42, { ...rules, isValue: (stored) => typeof stored === 'number' });
    await settle();
    const { fill } = source('chair');
    expect(await first.getOrFill('product:1', fill, rules)).toBe('chair');
    await settle();
    expect(await second.getOrFill('product:1', fill, rules)).toBe('chair');
  });
});

describe('an invalidation', () => {
  const tagged = { ...rules, tags: ['category:7:list'] };

  it.each([
    ['by key', { keys: ['product:1'] }],
    ['by a tag', { tags: ['category:7:list'] }],
  ])('%s is seen by all processes, and leaves other entries alone', async (_, what) => {
    const [one, other] = [source('old'), source('other')];
    for (const cache of [first, second]) {
      await cache.getOrFill('product:1', one.fill, tagged);
      await cache.getOrFill('product:2', other.fill, rules);
      await settle();
    }
    one.state.text = 'new';
    await first.invalidate(what);
    for (const cache of [first, second]) {
      expect(await cache.getOrFill('product:1', one.fill, tagged)).toBe('new');
      expect(await cache.getOrFill('product:2', other.fill, rules)).toBe('other');
      await settle();
    }
    expect([one.state.fills, other.state.fills]).toEqual([2, 1]);
  });

  it('drops an entry whose tag only its value told', async () => {
    const { state, fill } = source('old');
    const options = { ...rules, describe: (value: string) => ({ tags: [`says:${value}`] }) };
    await first.getOrFill('answer', fill, options);
    await settle();
    state.text = 'new';
    await second.invalidate({ tags: ['says:old'] });
    expect(await first.getOrFill('answer', fill, options)).toBe('new');
  });

  it('shows an old value no longer than the local tier may keep it, when its message is lost', async () => {
    const { state, fill } = source('old');
    await first.getOrFill('product:1', fill, rules);
    await settle();
    const deaf = scene.openProcess().cache;
    expect(await deaf.getOrFill('product:1', fill, rules)).toBe('old');
    await deaf.close();
    state.text = 'new';
    await first.invalidate({ keys: ['product:1'] });
    expect(await deaf.getOrFill('product:1', fill, rules)).toBe('old');
    scene.clock.advance(LOCAL_MAX_AGE_MS);
    expect(await deaf.getOrFill('product:1', fill, rules)).toBe('new');
  });

  it('tells the next fill where a replica has to be', async () => {
    await first.invalidate({ keys: ['product:1'], positions: { catalog: 4096 } });
    const asked: unknown[] = [];
    await second.getOrFill('product:1', async ({ minimumPositions }) => String(asked.push(minimumPositions)), rules);
    expect(asked).toEqual([{ catalog: 4096 }]);
  });

  it('does not keep what a fill brings that began before it, though the caller gets it', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const reading = first.getOrFill('product:1', () => gate.then(() => 'old'), rules);
    await settle();
    await second.invalidate({ keys: ['product:1'] });
    open();
    expect(await reading).toBe('old');
    await settle();
    const { fill } = source('new');
    for (const cache of [first, second]) expect(await cache.getOrFill('product:1', fill, rules)).toBe('new');
    expect(lines).toContain('overtaken product:1');
  });
});
