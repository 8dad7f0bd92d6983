import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { CategoryRepository } from './category-repository.ts';

/** @throws CodedError NOT_FOUND when there is no such category to put a product into */
export async function requireCategory(tx: SqlTransaction, categories: CategoryRepository, id: bigint): Promise<void> {
  if (await categories.lock(tx, id)) return;
  throw new CodedError('NOT_FOUND', `There is no category ${encodeId('category', id)}`, {
    extensions: { field: 'categoryId' },
  });
}
