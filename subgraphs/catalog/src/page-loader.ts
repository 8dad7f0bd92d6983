import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import type { ProductOf } from './product-repository.ts';

/** Whose products, and which page of them. */
export interface PageKey<Page> {
  readonly parentId: bigint;
  readonly page: Page;
}

/**
 * A loader of product connections inside other objects: keys that ask for the same page are loaded together, in one
 * statement however many parents there are. Its values are rows in order, one more than were asked for if there is one.
 *
 * @param options.pageText two pages with the same text are the same page
 */
export function createPageLoader<Page>(options: {
  name: string;
  pageText: (page: Page) => string;
  load: (parentIds: readonly bigint[], page: Page) => Promise<ProductOf[]>;
}) {
  const { name, pageText, load } = options;
  const keyText = (parentId: bigint, page: Page) => `${parentId} ${pageText(page)}`;

  return createBatchLoader<PageKey<Page>, readonly ProductOf[], readonly ProductOf[]>({
    name,
    keyText: ({ parentId, page }) => keyText(parentId, page),
    groupOf: ({ page }) => `catalog ${pageText(page)}`,
    load: async (keys) => {
      const page = keys[0]?.page;
      if (page === undefined) return new Map();
      const rows = await load(
        keys.map(({ parentId }) => parentId),
        page,
      );
      return Map.groupBy(rows, ({ parentId }) => keyText(parentId, page));
    },
    missing: [],
  });
}
