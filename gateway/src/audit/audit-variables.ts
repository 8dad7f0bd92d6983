import { z } from 'zod';
import type { AuditOptions } from './refusal-sender.ts';

/** Who is told what clients were refused. */
export const auditVariables = {
  TRIBUTARY_AUDIT_URL: z
    .url('expected a URL')
    .optional()
    .describe('where refusals are posted to, for the audit log; without it nobody is told of them'),
  TRIBUTARY_AUDIT_SUBGRAPH: z
    .string()
    .default('notifications')
    .describe('the subgraph that takes them, which signed requests have to name (notifications)'),
};

/** `undefined` where nobody is to be told. */
export function auditOptions(env: z.output<z.ZodObject<typeof auditVariables>>): AuditOptions | undefined {
  const { TRIBUTARY_AUDIT_URL: url, TRIBUTARY_AUDIT_SUBGRAPH: subgraph } = env;
  return url === undefined ? undefined : { url, subgraph };
}
