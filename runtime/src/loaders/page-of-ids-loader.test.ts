import { beforeEach, expect, it } from '@jest/globals';
import { createCache } from '../cache/create-cache.ts';
import { createMemoryCoordination } from '../cache/memory-coordination.ts';
import { createMemoryValueStore } from '../cache/memory-value-store.ts';
import type { PageArguments } from '../pagination/connection.ts';
import { cachedEntity } from './cached-entity.ts';
import { pageArgumentsText } from './page-loader.ts';
import { createPageOfIdsLoader } from './page-of-ids-loader.ts';
import { createRowLoader } from './row-loader.ts';
import { idListShape, rowShape } from './value-shape.ts';

interface Row {
  readonly id: bigint;
  readonly title: string;
}

let titles: Map<bigint, string>;
let work: string[];
let tags: string[];
let cached: ReturnType<typeof keep>;

function keep() {
  const cache = createCache({
    values: createMemoryValueStore({ limitBytes: 1_000_000 }),
    coordination: createMemoryCoordination({ leaseMs: 1_000 }),
    l1: { limitBytes: 1_000_000 },
  });
  const options = {
    cache,
    service: 'test',
    session: { hasWritten: () => false, readAtLeast: <T>(_: object, read: () => T) => read() },
  };
  const lifetime = { ttlMs: 60_000 };
  return {
    cache,
    row: cachedEntity<Row>(options, {
      entity: 'row',
      shape: rowShape<Row>({ id: 'bigint', title: 'string' }),
      lifetime,
    }),
    page: cachedEntity(options, { entity: 'page', shape: idListShape, lifetime }),
  };
}

/** The titles of the first two rows of a parent, as a request gets them. */
async function titlesOf(parentIds: readonly bigint[], isCached = true): Promise<string[][]> {
  const answerPolicy = { addTags: (added: Iterable<string>) => tags.push(...added) };
  const rowById = createRowLoader<Row>({
    name: 'row',
    databaseOf: () => 'catalog',
    load: async (ids) => {
      work.push(`rows ${ids.join()}`);
      return ids.flatMap((id) => (titles.has(id) ? [{ id, title: titles.get(id) ?? '' }] : []));
    },
    idOf: ({ id }) => id,
    tags: { answerPolicy, ofKey: (id) => [`row:${id}`] },
    cached: cached.row,
  });
  const pages = createPageOfIdsLoader<PageArguments, Row, Row & { parentId: bigint }>({
    name: 'page',
    databaseOf: () => 'catalog',
    pageText: pageArgumentsText,
    load: async (ids, { first }) => {
      work.push(`pages of ${ids.join()}`);
      return ids.flatMap((parentId) =>
        [...titles]
          .filter(([id]) => id / 10n === parentId)
          .slice(0, first)
          .map(([id, title]) => ({ parentId, id, title })),
      );
    },
    parentIdOf: ({ parentId }) => parentId,
    idOf: ({ id }) => id,
    tags: {
      answerPolicy,
      ofKey: ({ parentId }) => [`${parentId}:rows`],
      ofValue: (rows) => rows.map(({ id }) => `row:${id}`),
    },
    cached: isCached ? { ids: cached.page, rowById } : undefined,
  });
  const page = { first: 2, after: null };
  const answers = await Promise.all(parentIds.map((parentId) => pages.load({ parentId, page })));
  return answers.map((rows) => rows.map(({ title }) => title));
}

const workOf = () => work.splice(0);

beforeEach(() => {
  titles = new Map([10n, 11n, 20n].map((id) => [id, `title ${id}`]));
  work = [];
  tags = [];
  cached = keep();
});

it('keeps pages, and rows for themselves: both are read once, all rows of all pages together', async () => {
  expect(await titlesOf([1n, 2n, 3n])).toEqual([['title 10', 'title 11'], ['title 20'], []]);
  expect(workOf()).toEqual(['pages of 1,2,3', 'rows 10,11,20']);
  expect(await titlesOf([2n, 3n])).toEqual([['title 20'], []]);
  expect(workOf()).toEqual([]);
});

it('keeps a page while one of its rows changes', async () => {
  await titlesOf([1n]);
  titles.set(11n, 'renamed');
  await cached.cache.invalidate({ tags: ['row:11'] });
  workOf();
  expect(await titlesOf([1n])).toEqual([['title 10', 'renamed']]);
  expect(workOf()).toEqual(['rows 11']);
});

it('reads a page again when something enters it, and leaves out a row that is gone', async () => {
  await titlesOf([2n]);
  titles.set(21n, 'entered');
  await cached.cache.invalidate({ tags: ['2:rows'] });
  workOf();
  expect(await titlesOf([2n])).toEqual([['title 20', 'entered']]);
  expect(workOf()).toEqual(['pages of 2', 'rows 21']);
  titles.delete(20n);
  await cached.cache.invalidate({ tags: ['row:20'] });
  expect(await titlesOf([2n])).toEqual([['entered']]);
});

it('tells the same tags with a cache, warm or cold, as without', async () => {
  const told = async (isCached: boolean) => {
    tags = [];
    await titlesOf([1n, 3n], isCached);
    return tags.toSorted();
  };
  expect(await told(false)).toEqual(['1:rows', '3:rows', 'row:10', 'row:11']);
  expect(await told(true)).toEqual(await told(false));
  expect(await told(true)).toEqual(await told(false));
});
