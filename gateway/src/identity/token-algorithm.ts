import type { KeyObject } from 'node:crypto';

/** The signature algorithms of RFC 7518 and RFC 8037 that access tokens may use. Whoever verifies holds no secret. */
export const tokenAlgorithms = ['EdDSA', 'ES256', 'RS256'] as const;
export type TokenAlgorithm = (typeof tokenAlgorithms)[number];

/** RFC 7518, section 3.3. */
const RSA_BITS = 2_048;

/**
 * The one algorithm that a public key verifies; `undefined` for a key that verifies no token. A key is never used for what a
 * token's header says about it, so that no token can choose how it is verified.
 */
export function algorithmOf(key: KeyObject): TokenAlgorithm | undefined {
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (asymmetricKeyType === 'ec') return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  if (asymmetricKeyType === 'rsa') return (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS ? 'RS256' : undefined;
  return undefined;
}
