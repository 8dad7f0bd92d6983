import { describe, expect, it } from '@jest/globals';
import { runWithRequestWork } from '../request/request-work.ts';
import { type BatchLoaderOptions, createBatchLoader } from './batch-loader.ts';

interface Key {
  readonly shard: string;
  readonly id: number;
}

/** A loader of squares whose batches a test can read. */
function createSquares(options: Partial<BatchLoaderOptions<Key, number>> = {}) {
  const batches: [group: string, ids: number[]][] = [];
  const loader = createBatchLoader<Key, number>({
    name: 'squares',
    keyText: ({ id }) => String(id),
    groupOf: ({ shard }) => shard,
    load: async (keys, group) => {
      batches.push([group, keys.map(({ id }) => id)]);
      return new Map(keys.map(({ id }) => [String(id), id * id]));
    },
    missing: null,
    ...options,
  });
  return { loader, batches };
}

const a = (id: number): Key => ({ shard: 'a', id });
const b = (id: number): Key => ({ shard: 'b', id });

describe('createBatchLoader', () => {
  it('sends one load a group for all keys of a tick, and answers in the order of the keys', async () => {
    const { loader, batches } = createSquares();
    expect(await loader.loadMany([a(1), b(2), a(3), b(4)])).toEqual([1, 4, 9, 16]);
    expect(batches).toEqual([
      ['a', [1, 3]],
      ['b', [2, 4]],
    ]);
  });

  it('loads a key once, by its text, however often it is asked for', async () => {
    const { loader, batches } = createSquares();
    await loader.loadMany([a(1), a(1), a(2)]);
    await loader.load(a(2));
    expect(batches).toEqual([['a', [1, 2]]]);
  });

  it('puts all keys into one group unless it is told how to group', async () => {
    const groups: string[] = [];
    const loader = createBatchLoader({
      name: 'names',
      keyText: (id: bigint) => id.toString(),
      load: async (ids, group) => {
        groups.push(`${group} ${ids.join()}`);
        return new Map<string, string>();
      },
      missing: null,
    });
    expect(await loader.loadMany([1n, 2n])).toEqual([null, null]);
    expect(groups).toEqual(['all 1,2']);
  });

  it('answers a key that was not found with what stands for missing, and keeps what is falsy', async () => {
    const { loader } = createSquares({ load: async () => new Map([['1', 0]]), missing: -1 });
    expect(await loader.loadMany([a(1), a(2)])).toEqual([0, -1]);
  });

  it('runs the groups in parallel', async () => {
    const bothStarted = Promise.withResolvers<void>();
    let started = 0;
    const { loader } = createSquares({
      load: async () => {
        started += 1;
        if (started === 2) bothStarted.resolve();
        await bothStarted.promise;
        return new Map();
      },
    });
    expect(await loader.loadMany([a(1), b(2)])).toEqual([null, null]);
  });

  it('delivers all groups together, so that a loader behind it batches over them', async () => {
    const nested = createSquares();
    const slow = Promise.withResolvers<void>();
    const { loader } = createSquares({
      load: async (keys, group) => {
        if (group === 'b') await slow.promise;
        else setImmediate(slow.resolve);
        return new Map(keys.map(({ id }) => [String(id), id]));
      },
    });
    await Promise.all([a(1), b(2)].map(async (key) => nested.loader.load(a((await loader.load(key)) ?? 0))));
    expect(nested.batches).toEqual([['a', [1, 2]]]);
  });

  it('fails only the keys of a group that fails', async () => {
    const { loader } = createSquares({
      load: async (keys, group) => {
        if (group === 'b') throw new Error('shard b is down');
        return new Map(keys.map(({ id }) => [String(id), id * id]));
      },
    });
    expect(await loader.loadMany([a(1), b(2), a(3)])).toEqual([1, new Error('shard b is down'), 9]);
  });

  it('fails only the key whose group cannot be told', async () => {
    const { loader, batches } = createSquares({
      groupOf: ({ shard, id }) => {
        if (id < 0) throw new RangeError('no shard has this id');
        return shard;
      },
    });
    expect(await loader.loadMany([a(-1), a(2)])).toEqual([new RangeError('no shard has this id'), 4]);
    expect(batches).toEqual([['a', [2]]]);
  });

  it('splits a group that is larger than a batch may be, and no other', async () => {
    const { loader, batches } = createSquares({ maxBatchSize: 2 });
    await loader.loadMany([a(1), a(2), b(3), a(4)]);
    expect(batches).toEqual([
      ['a', [1, 2]],
      ['b', [3]],
      ['a', [4]],
    ]);
  });

  it("writes its batches to the request's account", async () => {
    const { loader } = createSquares();
    const work = await runWithRequestWork('r1', async (account) => {
      await loader.loadMany([a(1), b(2), a(3)]);
      return account;
    });
    expect(work.loaderBatches).toEqual([
      { loader: 'squares', group: 'a', keys: 2 },
      { loader: 'squares', group: 'b', keys: 1 },
    ]);
  });

  it('refuses batches of nothing', () => {
    expect(() => createSquares({ maxBatchSize: 0 })).toThrow(RangeError);
  });
});
