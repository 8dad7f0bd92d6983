import { beforeEach, describe, expect, it } from '@jest/globals';
import { createCache } from '../cache/create-cache.ts';
import { createMemoryCoordination } from '../cache/memory-coordination.ts';
import { createMemoryValueStore } from '../cache/memory-value-store.ts';
import type { Positions } from '../cache/positions.ts';
import { runWithRequestWork } from '../request/request-work.ts';
import { cachedEntity } from './cached-entity.ts';
import { createRowLoader } from './row-loader.ts';
import { rowShape } from './value-shape.ts';

interface Row {
  readonly id: bigint;
  readonly name: string;
}

let rows: Map<bigint, Row>;
let failing: Set<string>;
let loads: { database: string; ids: readonly bigint[]; at: Positions }[];
let hasWritten: boolean;
let position: Positions;
let tags: string[];

const createEntityCache = () => {
  const cache = createCache({
    values: createMemoryValueStore({ limitBytes: 1_000_000 }),
    coordination: createMemoryCoordination({ leaseMs: 1_000 }),
    l1: { limitBytes: 1_000_000 },
  });
  const session = {
    hasWritten: () => hasWritten,
    readAtLeast: <T>(positions: Positions, read: () => T): T => {
      position = positions;
      return read();
    },
  };
  const shape = rowShape<Row>({ id: 'bigint', name: 'string' });
  const lifetime = { ttlMs: 60_000, staleIfErrorMs: 60_000 };
  return { cache, rows: cachedEntity<Row>({ cache, service: 'test', session }, { entity: 'row', shape, lifetime }) };
};

let kept: ReturnType<typeof createEntityCache>;

/** The loader of one request. */
const newLoader = () =>
  createRowLoader<Row>({
    name: 'row',
    databaseOf: (id) => {
      if (id < 0n) throw new RangeError('no database has this id');
      return id < 10n ? 'shard_0' : 'shard_1';
    },
    load: async (ids, database) => {
      loads.push({ database, ids, at: position });
      if (failing.has(database)) throw new Error(`${database} is down`);
      return ids.flatMap((id) => rows.get(id) ?? []);
    },
    idOf: ({ id }) => id,
    tags: {
      answerPolicy: { addTags: (added) => tags.push(...added) },
      ofKey: (id) => [`row:${id}`],
    },
    cached: kept.rows,
  });

beforeEach(() => {
  rows = new Map([1n, 2n, 3n, 11n, 12n].map((id) => [id, { id, name: `row ${id}` }]));
  failing = new Set();
  loads = [];
  hasWritten = false;
  position = {};
  tags = [];
  kept = createEntityCache();
});

const namesOf = async (ids: readonly bigint[]) =>
  (await newLoader().loadMany(ids)).map((row) => (row instanceof Error ? row.message : (row?.name ?? null)));
const idsLoaded = () => loads.splice(0).map(({ database, ids }) => `${database}: ${ids.join()}`);

describe('a loader with a cache', () => {
  it('loads what is missing, one load a database, and nothing that any request has loaded before', async () => {
    expect(await namesOf([1n, 11n, 2n])).toEqual(['row 1', 'row 11', 'row 2']);
    expect(idsLoaded()).toEqual(['shard_0: 1,2', 'shard_1: 11']);
    expect(await namesOf([3n, 2n, 11n, 1n])).toEqual(['row 3', 'row 2', 'row 11', 'row 1']);
    expect(idsLoaded()).toEqual(['shard_0: 3']);
  });

  it('remembers that there is no row', async () => {
    expect(await namesOf([7n])).toEqual([null]);
    expect(await namesOf([7n])).toEqual([null]);
    expect(idsLoaded()).toEqual(['shard_0: 7']);
  });

  it('tells the tags of every key: loaded, kept or not found', async () => {
    await namesOf([1n, 7n]);
    tags = [];
    await namesOf([1n, 7n, 2n]);
    expect(tags).toEqual(['row:1', 'row:7', 'row:2']);
  });

  it('loads again what was invalidated by its tag, where the write was committed, and nothing else', async () => {
    await namesOf([1n, 2n, 11n]);
    rows.set(2n, { id: 2n, name: 'new' });
    await kept.cache.invalidate({ tags: ['row:2', 'row:7'], positions: { shard_0: 42 } });
    loads = [];
    expect(await namesOf([1n, 2n, 11n])).toEqual(['row 1', 'new', 'row 11']);
    expect(loads).toEqual([{ database: 'shard_0', ids: [2n], at: { shard_0: 42 } }]);
  });

  it('goes past the cache for a request that has written, and keeps nothing of what it reads', async () => {
    await namesOf([1n]);
    loads = [];
    hasWritten = true;
    rows.set(1n, { id: 1n, name: 'not committed' });
    expect(await namesOf([1n])).toEqual(['not committed']);
    expect(idsLoaded()).toEqual(['shard_0: 1']);
    hasWritten = false;
    expect(await namesOf([1n])).toEqual(['row 1']);
    expect(idsLoaded()).toEqual([]);
  });

  it('fails only the keys of a database that fails, keeps those of the others, and serves what is kept of the one that fails', async () => {
    await namesOf([11n]);
    failing.add('shard_1');
    expect(await namesOf([1n, 11n, 12n, -1n])).toEqual([
      'row 1',
      'row 11',
      'shard_1 is down',
      'no database has this id',
    ]);
    loads = [];
    failing.clear();
    expect(await namesOf([1n, 12n])).toEqual(['row 1', 'row 12']);
    expect(idsLoaded()).toEqual(['shard_1: 12']);
  });

  it('refuses to keep what does not have the shape that it is kept under', async () => {
    rows.set(1n, { id: 1n, ...JSON.parse('{"name":null}') });
    const [row] = await newLoader().loadMany([1n]);
    expect(row).toBeInstanceOf(TypeError);
  });

  it('counts as batches of a request only what was really loaded', async () => {
    await namesOf([1n]);
    const work = await runWithRequestWork('r1', async (account) => {
      await newLoader().loadMany([1n, 2n]);
      return account;
    });
    expect(work.loaderBatches).toEqual([{ loader: 'row', group: 'shard_0', keys: 1 }]);
  });
});
