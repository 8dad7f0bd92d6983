import { encodeId } from '@tributary/prisma/ids/typed-id';
import { requireOwnerOrAdmin } from '@tributary/runtime/viewer/guards';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { AccountsLoaders, ShownUser } from './loaders.ts';

/**
 * The e-mail address of a user, for the user and for administrators, wherever the user was reached from.
 *
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export async function readEmail(
  { id, email }: ShownUser,
  viewer: Viewer | null,
  loaders: Pick<AccountsLoaders, 'wholeProfileById'>,
): Promise<string | null> {
  const refusal = 'An e-mail address is visible to its owner and to administrators';
  requireOwnerOrAdmin(viewer, encodeId('user', id), refusal);
  return email ?? (await loaders.wholeProfileById.load(id))?.email ?? null;
}
