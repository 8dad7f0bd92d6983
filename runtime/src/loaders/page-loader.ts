import type DataLoader from 'dataloader';
import type { PageArguments } from '../pagination/connection.ts';
import { type BatchLoaderOptions, createBatchLoader, type LoaderTags } from './batch-loader.ts';
import type { CachedEntity } from './cached-entity.ts';
import type { KeyText } from './key-text.ts';

/** Whose rows, and which page of them. */
export interface PageKey<Page> {
  readonly parentId: bigint;
  readonly page: Page;
}

/** How pages of rows are loaded. */
export interface PageSource<Page, Row> {
  readonly name: string;
  readonly databaseOf: (parentId: bigint) => string;
  /** Two pages with the same text are the same page. */
  readonly pageText: (page: Page) => string;
  /** Answers the rows of all parents, those of one parent in order. */
  readonly load: (parentIds: readonly bigint[], page: Page, database: string) => Promise<readonly Row[]>;
  readonly parentIdOf: (row: Row) => bigint;
}

/**
 * A loader of connections inside other objects: keys of one database that ask for the same page are loaded together, in one
 * statement however many parents there are. Its values are rows in order, none for a parent without any. Make one per request.
 */
export function createPageLoader<Page, Row>(
  source: PageSource<Page, Row> & {
    readonly tags?: LoaderTags<PageKey<Page>, readonly Row[]> | undefined;
    readonly cached?: CachedEntity<readonly Row[]> | undefined;
  },
): DataLoader<PageKey<Page>, readonly Row[], KeyText> {
  const { tags, cached } = source;
  return createBatchLoader<PageKey<Page>, readonly Row[], readonly Row[]>({
    ...batchesOf(source),
    missing: [],
    tags,
    cached,
  });
}

/** How the same pages of several parents make one batch. */
export function batchesOf<Page, Row>({
  name,
  databaseOf,
  pageText,
  load,
  parentIdOf,
}: PageSource<Page, Row>): Pick<BatchLoaderOptions<PageKey<Page>, readonly Row[]>, 'name' | 'keyText' | 'groupOf'> & {
  readonly load: (keys: readonly PageKey<Page>[], group: string) => Promise<Map<KeyText, Row[]>>;
} {
  return {
    name,
    keyText: ({ parentId, page }) => `${parentId} ${pageText(page)}`,
    groupOf: ({ parentId, page }) => `${databaseOf(parentId)} ${pageText(page)}`,
    load: async (keys) => {
      const [anyKey] = keys;
      if (anyKey === undefined) return new Map();
      const parentIds = keys.map(({ parentId }) => parentId);
      const rows = await load(parentIds, anyKey.page, databaseOf(anyKey.parentId));
      return Map.groupBy(rows, (row) => `${parentIdOf(row)} ${pageText(anyKey.page)}`);
    },
  };
}

/** The part of a page's text that every page has. */
export function pageArgumentsText({ first, after }: PageArguments): string {
  return `first=${first} after=${after ?? ''}`;
}
