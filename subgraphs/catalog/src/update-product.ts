import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import type { CacheChanges } from '@tributary/runtime/cache-invalidation/cache-changes';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { badInput } from '@tributary/runtime/input/bad-input';
import { requireOwnerOrAdmin } from '@tributary/runtime/viewer/guards';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { productTag } from './cache-tags.ts';
import type { CatalogEntities } from './cached-entities.ts';
import type { CatalogWrites } from './catalog-writes.ts';
import type { CatalogRepositories } from './loaders.ts';
import { tagsOfChangedProduct } from './product-changes.ts';
import { type ProductChangesInput, parseChanges } from './product-input.ts';
import type { ProductRow, ProductStatus } from './product-repository.ts';
import { publishPriceChange } from './publish-price-change.ts';
import { requireCategory } from './require-category.ts';

export interface UpdateProductInput extends ProductChangesInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
  readonly status?: ProductStatus | null;
}

export type UpdateProductResult =
  | { readonly __typename: 'UpdateProductSuccess'; readonly product: ProductRow }
  | {
      readonly __typename: 'ProductChanged';
      readonly code: 'PRODUCT_CHANGED';
      readonly message: string;
      readonly product: ProductRow;
    };

const onlyForItsSeller = 'A product is changed by its merchant or by an administrator';

export interface UpdateProductDependencies {
  readonly databases: Databases;
  readonly repositories: CatalogRepositories;
  readonly writes: CatalogWrites;
  readonly cached?: CatalogEntities | undefined;
}

/**
 * Changes what the input states of a product, and has the product as it is then kept for the next reader: what was just
 * changed is looked at. The product is locked from the check of its version to the change, so of two
 * changes that expect the same version one is refused.
 *
 * @throws CodedError BAD_USER_INPUT, NOT_FOUND for an unknown product or category, FORBIDDEN for another merchant's product
 * @throws InvalidIdError
 */
export async function updateProduct(
  { databases, repositories: { products, categories }, writes, cached }: UpdateProductDependencies,
  viewer: Viewer,
  input: UpdateProductInput,
): Promise<UpdateProductResult> {
  const id = decodeId('product', input.id);
  const stated = { ...parseChanges(input), ...(input.status != null && { status: input.status }) };
  if (Object.keys(stated).length === 0) throw badInput('input', 'states nothing to change');

  const change = (changes: CacheChanges<SqlTransaction, ProductRow>) =>
    databases.catalog().$transaction(async (tx): Promise<UpdateProductResult> => {
      const current = await products.lock(tx, id);
      if (current === null) throw new CodedError('NOT_FOUND', `There is no product ${input.id}`);
      requireOwnerOrAdmin(viewer, encodeId('user', current.merchantId), onlyForItsSeller);
      if (input.expectedVersion != null && input.expectedVersion !== current.version) return productChanged(current);
      if (stated.categoryId !== undefined) await requireCategory(tx, categories, stated.categoryId);
      const product = await products.update(tx, { ...current, ...stated });
      await publishPriceChange(tx, viewer, { before: current, after: product });
      await changes.invalidate(tx, id, () => tagsOfChangedProduct(tx, categories, current, product));
      changes.keep(id, product, [productTag(id)]);
      return { __typename: 'UpdateProductSuccess', product };
    });
  return writes.run(change, cached?.product);
}

function productChanged(product: ProductRow): UpdateProductResult {
  return {
    __typename: 'ProductChanged',
    code: 'PRODUCT_CHANGED',
    message: `The product has changed since: it has version ${product.version} by now`,
    product,
  };
}
