import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { Viewer, ViewerRole } from '@tributary/runtime/viewer/viewer';

/** The request header that asks for an explanation; its value is `1`. */
export const EXPLAIN_HEADER = 'x-tributary-explain';

/** Who may see query plans and SQL. */
export interface ExplainPolicy {
  isDevelopment: boolean;
  /** In production, these roles alone. */
  roles: readonly ViewerRole[];
}

/**
 * Whether this request is explained.
 * @throws CodedError FORBIDDEN when it asks and may not, so that nobody wonders where the explanation is
 */
export function isExplainGranted(header: string | undefined, viewer: Viewer | null, policy: ExplainPolicy): boolean {
  if (header !== '1') return false;
  if (policy.isDevelopment || (viewer && policy.roles.includes(viewer.role))) return true;
  throw new CodedError('FORBIDDEN', `${EXPLAIN_HEADER} is not allowed for this viewer`);
}
