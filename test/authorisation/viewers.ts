import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { ViewerRole } from '@tributary/runtime/viewer/viewer';
import { scopesByRole } from '@tributary/subgraph-accounts/role-scopes';
import { SignJWT } from 'jose';
import type { TestGraph } from '../kit/test-graph.ts';

/** Who asks for what the customer has; the token without scope is the customer's too. */
export const viewerNames = [
  'anonymous',
  'customer',
  'other customer',
  'merchant',
  'admin',
  'token without scope',
] as const;
export type ViewerName = (typeof viewerNames)[number];

/** Those who order in their own name. */
export const accountHolderNames = ['customer', 'other customer', 'merchant', 'admin'] as const;
export type AccountHolderName = (typeof accountHolderNames)[number];

/** Somebody with an account. */
export interface AccountHolder {
  /** `usr_…` */
  readonly id: string;
  readonly role: ViewerRole;
}

/** An access token as a log-in makes it, of a session that was never opened. */
export function tokenOf(
  { tokens: { issuer, audience, privateKey } }: TestGraph,
  { id, role }: AccountHolder,
  scopes: readonly string[] = scopesByRole[role],
): Promise<string> {
  return new SignJWT({ role, scope: scopes.join(' '), sid: encodeId('session', 1n) })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setSubject(id)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('15m')
    .sign(privateKey);
}
