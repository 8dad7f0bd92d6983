import type { Databases } from '@tributary/prisma/clients/databases';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { badInput } from '@tributary/runtime/input/bad-input';
import { requireOwnerOrAdmin } from '@tributary/runtime/viewer/guards';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { CatalogRepositories } from './loaders.ts';
import { type ProductChangesInput, parseChanges } from './product-input.ts';
import type { ProductRow, ProductStatus } from './product-repository.ts';
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

/**
 * Changes what the input states of a product. The product is locked from the check of its version to the change, so of two
 * changes that expect the same version one is refused.
 *
 * @throws CodedError BAD_USER_INPUT, NOT_FOUND for an unknown product or category, FORBIDDEN for another merchant's product
 * @throws InvalidIdError
 */
export async function updateProduct(
  { databases, repositories }: { databases: Databases; repositories: CatalogRepositories },
  viewer: Viewer,
  input: UpdateProductInput,
): Promise<UpdateProductResult> {
  const { products, categories } = repositories;
  const id = decodeId('product', input.id);
  const changes = { ...parseChanges(input), ...(input.status != null && { status: input.status }) };
  if (Object.keys(changes).length === 0) throw badInput('input', 'states nothing to change');

  return databases.catalog().$transaction(async (tx) => {
    const current = await products.lock(tx, id);
    if (current === null) throw new CodedError('NOT_FOUND', `There is no product ${input.id}`);
    requireOwnerOrAdmin(viewer, encodeId('user', current.merchantId), onlyForItsSeller);
    if (input.expectedVersion != null && input.expectedVersion !== current.version) return productChanged(current);
    if (changes.categoryId !== undefined) await requireCategory(tx, categories, changes.categoryId);
    return { __typename: 'UpdateProductSuccess', product: await products.update(tx, { ...current, ...changes }) };
  });
}

function productChanged(product: ProductRow): UpdateProductResult {
  return {
    __typename: 'ProductChanged',
    code: 'PRODUCT_CHANGED',
    message: `The product has changed since: it has version ${product.version} by now`,
    product,
  };
}
