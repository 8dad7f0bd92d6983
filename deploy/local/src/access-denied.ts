import { LocalStackError, systemCodeOf } from './local-stack-error.ts';

const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS']);

/** An error for people in place of a system call on a file that was refused; any other error as it is. */
export function explainDeniedAccess(error: unknown): unknown {
  const code = systemCodeOf(error);
  const path = pathOf(error);
  if (code === undefined || path === undefined || !REFUSALS.has(code)) return error;
  return new LocalStackError(
    'ACCESS_DENIED',
    `You have no access to ${path} (${code}). It may belong to another user, as after a start as root: ` +
      'give yourself access to it, or choose another directory with --data.',
    { cause: error },
  );
}

function pathOf(error: unknown): string | undefined {
  const hasPath = typeof error === 'object' && error !== null && 'path' in error;
  return hasPath && typeof error.path === 'string' ? error.path : undefined;
}
