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

/** Whether the viewer is that user, or an administrator. */
export function isOwnerOrAdmin(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.role === 'ADMIN');
}

/**
 * The viewer, who is that user: for private data, which an administrator does not see either.
 *
 * @throws CodedError UNAUTHENTICATED, FORBIDDEN
 */
export function requireOwner(viewer: Viewer | null, userId: string): Viewer {
  const known = requireViewer(viewer);
  if (known.userId === userId) return known;
  throw new CodedError('FORBIDDEN', 'This is visible to its owner alone');
}
