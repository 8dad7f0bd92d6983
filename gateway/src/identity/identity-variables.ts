import { resolve } from 'node:path';
import { EnvironmentError } from '@tributary/runtime/environment/environment-error';
import { integerVariable, listVariable } from '@tributary/runtime/environment/variables';
import { z } from 'zod';
import type { IdentityOptions } from './identity.ts';
import { unknownRevocationsPolicies } from './revocations.ts';
import { tokenAlgorithms } from './token-algorithm.ts';

/** The variables that say whose access tokens count. */
export const identityVariables = {
  TRIBUTARY_JWT_PUBLIC_KEY_FILE: listVariable
    .refine((files) => files.length > 0, 'expected files')
    .optional()
    .describe('comma-separated files with the keys that verify access tokens: PEM, or a JSON Web Key Set'),
  TRIBUTARY_JWKS_URL: z
    .url('expected a URL')
    .optional()
    .describe('where the keys that verify access tokens are published'),
  TRIBUTARY_JWT_ISSUER: z.string().optional().describe('the iss claim that access tokens must have'),
  TRIBUTARY_JWT_AUDIENCE: z.string().optional().describe('the aud claim that access tokens must have'),
  TRIBUTARY_JWT_ALGORITHMS: listVariable
    .pipe(z.array(z.enum(tokenAlgorithms, `expected some of ${tokenAlgorithms.join(', ')}`)).min(1))
    .default(['EdDSA'])
    .describe(`comma-separated algorithms of access tokens, of ${tokenAlgorithms.join(', ')} (EdDSA)`),
  TRIBUTARY_JWT_CLOCK_TOLERANCE_S: integerVariable({ min: 0, max: 300, default: 5 }).describe(
    "how far the issuer's clock may be from ours (5)",
  ),
  TRIBUTARY_REVOCATIONS_URL: z
    .url('expected a URL')
    .optional()
    .describe('who says which sessions have ended; without it a token is good until it expires'),
  TRIBUTARY_REVOCATIONS_SUBGRAPH: z
    .string()
    .default('accounts')
    .describe('the subgraph that says it, which signed requests have to name (accounts)'),
  TRIBUTARY_REVOCATIONS_UNKNOWN: z
    .enum(unknownRevocationsPolicies, `expected ${unknownRevocationsPolicies.join(' or ')}`)
    .default('open')
    .describe('while that cannot be asked, tokens count (open) or are refused (closed)'),
  TRIBUTARY_REVOCATIONS_UNKNOWN_AFTER_MS: integerVariable({ min: 1_000, max: 900_000, default: 10_000 }).describe(
    'how long it may be silent before it counts as that (10000)',
  ),
};

/**
 * How callers are identified; `undefined` when no key is named, and everybody is anonymous.
 * @throws EnvironmentError
 */
export function identityOptions(env: z.output<z.ZodObject<typeof identityVariables>>): IdentityOptions | undefined {
  const { TRIBUTARY_JWT_PUBLIC_KEY_FILE: files, TRIBUTARY_JWKS_URL: jwksUrl } = env;
  if (files === undefined && jwksUrl === undefined) return undefined;
  const { TRIBUTARY_JWT_ISSUER: issuer, TRIBUTARY_JWT_AUDIENCE: audience } = env;
  if (issuer === undefined || audience === undefined) {
    throw new EnvironmentError([
      'TRIBUTARY_JWT_ISSUER and TRIBUTARY_JWT_AUDIENCE: are required to verify access tokens',
    ]);
  }
  if (files !== undefined && jwksUrl !== undefined) {
    throw new EnvironmentError(['TRIBUTARY_JWT_PUBLIC_KEY_FILE and TRIBUTARY_JWKS_URL: only one of them can be set']);
  }
  return {
    issuer,
    audience,
    keys: jwksUrl === undefined ? { publicKeyFiles: (files ?? []).map((file) => resolve(file)) } : { jwksUrl },
    algorithms: env.TRIBUTARY_JWT_ALGORITHMS,
    clockToleranceS: env.TRIBUTARY_JWT_CLOCK_TOLERANCE_S,
    revocations:
      env.TRIBUTARY_REVOCATIONS_URL === undefined
        ? undefined
        : {
            url: env.TRIBUTARY_REVOCATIONS_URL,
            subgraph: env.TRIBUTARY_REVOCATIONS_SUBGRAPH,
            whenUnknown: env.TRIBUTARY_REVOCATIONS_UNKNOWN,
            unknownAfterMs: env.TRIBUTARY_REVOCATIONS_UNKNOWN_AFTER_MS,
          },
  };
}
