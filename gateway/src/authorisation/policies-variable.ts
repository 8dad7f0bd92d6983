import { listVariable } from '@tributary/runtime/environment/variables';
import { type ViewerRole, viewerRoles } from '@tributary/runtime/viewer/viewer';
import { z } from 'zod';
import { type Policies, type Policy, rolePolicy } from './policies.ts';

/** Who a policy lets in: `support=ADMIN|MERCHANT`. A policy's name may have equals signs of its own. */
const ENTRY = /^(?<name>.+)=(?<roles>[^=]+)$/;

/** The policies that let viewers in by their role, as a comma-separated list. */
export const policiesVariable = listVariable
  .transform((entries, context): Policies => {
    const policies = new Map<string, Policy>();
    for (const entry of entries) {
      const { name, roles = '' } = ENTRY.exec(entry)?.groups ?? {};
      const known = readRoles(roles);
      if (name === undefined || !known || policies.has(name)) {
        context.addIssue({ code: 'custom', message: `expected each policy once, as name=${viewerRoles.join('|')}` });
        return z.NEVER;
      }
      policies.set(name, rolePolicy(known));
    }
    return policies;
  })
  .default(new Map())
  .describe(
    'comma-separated policies with the roles they let in, as support=ADMIN|MERCHANT; no other policy lets anybody in',
  );

function readRoles(text: string): readonly ViewerRole[] | undefined {
  const roles = z.array(z.enum(viewerRoles)).safeParse(text.split('|'));
  return roles.success ? roles.data : undefined;
}
