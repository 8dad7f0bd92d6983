import { encodeId } from '@tributary/prisma/ids/typed-id';
import { requireOwnerOrAdmin } from '@tributary/runtime/viewer/guards';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { UserProfile } from './user-repository.ts';

/** A user whose own log-in is being answered: the request was anonymous, but they have just proved who they are. */
export interface ProvenUser extends UserProfile {
  isProven: true;
}

/**
 * The e-mail address of a user, for the user and for administrators, wherever the user was reached from.
 *
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function readEmail(user: UserProfile | ProvenUser, viewer: Viewer | null): string {
  if (!('isProven' in user)) {
    requireOwnerOrAdmin(
      viewer,
      encodeId('user', user.id),
      'An e-mail address is visible to its owner and to administrators',
    );
  }
  return user.email;
}
