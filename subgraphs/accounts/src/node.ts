import { decodeId, type IdType, idTypeOf } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { AccountsLoaders } from './loaders.ts';

const TYPENAMES = {
  category: 'Category',
  product: 'Product',
  order: 'Order',
  review: 'Review',
  notification: 'Notification',
} as const satisfies Partial<Record<IdType, string>>;

/**
 * The object that an id names. A user is looked up here; of all else this subgraph knows only the type, and its owner says
 * whether it exists and is visible.
 *
 * @throws CodedError INVALID_ID, InvalidIdError
 */
export async function findNode(loaders: AccountsLoaders, id: string) {
  const type = idTypeOf(id);
  if (type === 'session') throw new CodedError('INVALID_ID', 'A session is not a node of the graph');
  if (type !== undefined && type !== 'user') return { __typename: TYPENAMES[type], id };
  const user = await loaders.userById.load(decodeId('user', id));
  return user && { __typename: 'User' as const, ...user };
}
