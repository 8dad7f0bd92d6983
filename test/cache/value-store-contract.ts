import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ValueStore } from '@tributary/runtime/cache/value-store';
import { eventually } from '../kit/eventually.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const textsOf = (values: readonly (Uint8Array | undefined)[]) =>
  values.map((value) => value && Buffer.from(value).toString());

const LONG_MS = 60_000;

/** What every {@link ValueStore} does. Keys are unique to each test, so they may share a server. */
export function describeValueStore(
  name: string,
  setUp: () => Promise<{ store: ValueStore; tearDown: () => Promise<void> }>,
): void {
  describe(`the value store on ${name}`, () => {
    let store: ValueStore;
    let tearDown: () => Promise<void>;
    beforeAll(async () => {
      ({ store, tearDown } = await setUp());
    }, REDIS_START_LIMIT_MS);
    afterAll(() => tearDown());

    it('answers many keys in their order, and undefined for those it has no value of', async () => {
      await store.setMany([
        { key: 'order:1', value: bytes('one'), ttlMs: LONG_MS },
        { key: 'order:3', value: bytes('three'), ttlMs: LONG_MS },
      ]);
      const values = await store.getMany(['order:3', 'order:2', 'order:1', 'order:3']);
      expect(textsOf(values)).toEqual(['three', undefined, 'one', 'three']);
    });

    it('keeps bytes as they are', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      await store.setMany([{ key: 'bytes', value: all.subarray(3), ttlMs: LONG_MS }]);
      const [kept] = await store.getMany(['bytes']);
      expect(Uint8Array.from(kept ?? [])).toEqual(all.slice(3));
    });

    it('keeps an empty value apart from none', async () => {
      await store.setMany([{ key: 'empty', value: new Uint8Array(), ttlMs: LONG_MS }]);
      expect(textsOf(await store.getMany(['empty']))).toEqual(['']);
    });

    it('replaces a value and its time to live', async () => {
      await store.setMany([{ key: 'replaced', value: bytes('old'), ttlMs: 1 }]);
      await store.setMany([{ key: 'replaced', value: bytes('new'), ttlMs: LONG_MS }]);
      expect(textsOf(await store.getMany(['replaced']))).toEqual(['new']);
    });

    it('forgets a value when its time is up', async () => {
      await store.setMany([{ key: 'short', value: bytes('short'), ttlMs: 30 }]);
      await eventually(
        async () => (await store.getMany(['short']))[0],
        (value) => value === undefined,
      );
    });

    it('takes a fraction of a millisecond', async () => {
      await expect(store.setMany([{ key: 'fraction', value: bytes('x'), ttlMs: 0.4 }])).resolves.toBeUndefined();
    });

    it('deletes what it has and passes over what it has not', async () => {
      await store.setMany([{ key: 'deleted', value: bytes('x'), ttlMs: LONG_MS }]);
      await store.deleteMany(['deleted', 'never-there']);
      expect(await store.getMany(['deleted'])).toEqual([undefined]);
    });

    it('does nothing for no keys', async () => {
      await store.setMany([]);
      await store.deleteMany([]);
      expect(await store.getMany([])).toEqual([]);
    });
  });
}
