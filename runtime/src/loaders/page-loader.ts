import type DataLoader from 'dataloader';
import type { PageArguments } from '../pagination/connection.ts';
import { createBatchLoader, type KeyText } from './batch-loader.ts';

/** Whose rows, and which page of them. */
export interface PageKey<Page> {
  readonly parentId: bigint;
  readonly page: Page;
}

/**
 * A loader of connections inside other objects: keys of one database that ask for the same page are loaded together, in one
 * statement however many parents there are. Its values are rows in order, none for a parent without any. Make one per request.
 *
 * @param options.pageText two pages with the same text are the same page
 * @param options.load answers the rows of all parents, those of one parent in order
 */
export function createPageLoader<Page, Row>(options: {
  readonly name: string;
  readonly databaseOf: (parentId: bigint) => string;
  readonly pageText: (page: Page) => string;
  readonly load: (parentIds: readonly bigint[], page: Page, database: string) => Promise<readonly Row[]>;
  readonly parentIdOf: (row: Row) => bigint;
}): DataLoader<PageKey<Page>, readonly Row[], KeyText> {
  const { name, databaseOf, pageText, load, parentIdOf } = options;
  return createBatchLoader<PageKey<Page>, readonly Row[], readonly Row[]>({
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
    missing: [],
  });
}

/** The part of a page's text that every page has. */
export function pageArgumentsText({ first, after }: PageArguments): string {
  return `first=${first} after=${after ?? ''}`;
}
