import { CodedError } from '../errors/coded-error.ts';
import type { Viewer, ViewerRole } from './viewer.ts';

/** @throws CodedError UNAUTHENTICATED for an anonymous caller */
export function requireViewer(viewer: Viewer | null): Viewer {
  if (viewer === null) throw new CodedError('UNAUTHENTICATED', 'You have to be logged in');
  return viewer;
}

/**
 * The viewer, who has the role or is an administrator.
 *
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function requireRole(viewer: Viewer | null, role: ViewerRole): Viewer {
  const known = requireViewer(viewer);
  if (known.role === role || known.role === 'ADMIN') return known;
  throw new CodedError('FORBIDDEN', `This needs the role ${role}`);
}

/**
 * Whether the viewer is that user, or an administrator.
 *
 * @param ownerId `usr_…`; null where nobody is known to be the owner
 */
export function isOwnerOrAdmin(viewer: Viewer | null, ownerId: string | null): boolean {
  return viewer !== null && (viewer.userId === ownerId || viewer.role === 'ADMIN');
}

/**
 * The viewer, who is that user or an administrator.
 *
 * @param ownerId `usr_…`; null where nobody is known to be the owner
 * @param refusal what anybody else is told
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function requireOwnerOrAdmin(viewer: Viewer | null, ownerId: string | null, refusal: string): Viewer {
  const known = requireViewer(viewer);
  if (isOwnerOrAdmin(known, ownerId)) return known;
  throw new CodedError('FORBIDDEN', refusal);
}
