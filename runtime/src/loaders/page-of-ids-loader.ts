import type DataLoader from 'dataloader';
import { createBatchLoader, type LoaderTags } from './batch-loader.ts';
import type { CachedEntity } from './cached-entity.ts';
import type { KeyText } from './key-text.ts';
import { batchesOf, createPageLoader, type PageKey, type PageSource } from './page-loader.ts';

/** Where the ids of pages are kept, and what reads their rows. */
export interface CachedIds<Row> {
  readonly ids: CachedEntity<readonly bigint[]>;
  readonly rowById: Pick<DataLoader<bigint, Row | null, KeyText>, 'loadMany'>;
}

/**
 * A loader of pages of rows that have a loader of their own. Of a page its ids are kept, and each row for itself: so a page
 * stays true while its rows change, until one enters it, leaves it or moves in it. Without a cache it is `createPageLoader`.
 *
 * @param options.tags `ofValue` are the tags of rows which `rowById` would tell
 */
export function createPageOfIdsLoader<Page, Row, Loaded extends Row>(
  options: PageSource<Page, Loaded> & {
    readonly idOf: (row: Loaded) => bigint;
    readonly tags: LoaderTags<PageKey<Page>, readonly Row[]>;
    readonly cached?: CachedIds<Row> | undefined;
  },
): { load(key: PageKey<Page>): Promise<readonly Row[]> } {
  const { idOf, tags, cached, ...source } = options;
  if (!cached) return createPageLoader<Page, Loaded>({ ...source, tags });

  const { load, ...batches } = batchesOf<Page, Loaded>(source);
  const idsOfPage = createBatchLoader<PageKey<Page>, readonly bigint[], readonly bigint[]>({
    ...batches,
    load: async (keys, group) => {
      const pages = await load(keys, group);
      return new Map([...pages].map(([text, rows]) => [text, rows.map(idOf)]));
    },
    missing: [],
    tags: { answerPolicy: tags.answerPolicy, ofKey: tags.ofKey },
    cached: cached.ids,
  });
  return { load: async (key) => loadRows(cached.rowById, await idsOfPage.load(key)) };
}

/**
 * The rows of a page, in its order. A row that is gone, because the page was read a moment before it went, is left out.
 *
 * @throws what the reading of any row throws
 */
export async function loadRows<Row>(
  rowById: CachedIds<Row>['rowById'],
  ids: readonly bigint[],
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const row of await rowById.loadMany(ids)) {
    if (row instanceof Error) throw row;
    if (row !== null) rows.push(row);
  }
  return rows;
}
