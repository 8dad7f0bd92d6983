import type { AuditException } from './audit.ts';

/** Advisories that `npm run audit` accepts until a day. */
export const auditExceptions: readonly AuditException[] = [];
