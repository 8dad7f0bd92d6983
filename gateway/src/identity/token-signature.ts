import { verify } from 'node:crypto';
import type { TokenAlgorithm } from './token-algorithm.ts';
import type { VerificationKey } from './verification-key.ts';

/** A JWT in its parts (RFC 7515, section 7.1). */
export interface TokenParts {
  /** What is signed: header and claims as they came, with the dot between. */
  readonly signed: string;
  /** The claims as they came. */
  readonly claims: string;
  readonly signature: Buffer;
}

const tokenForm = /^([\w-]+\.([\w-]+))\.([\w-]+)$/;

/** @returns `undefined` for what is no signed JWT */
export function readTokenParts(token: string): TokenParts | undefined {
  const [, signed, claims, signature] = tokenForm.exec(token) ?? [];
  if (signed === undefined || claims === undefined || signature === undefined) return undefined;
  return { signed, claims, signature: Buffer.from(signature, 'base64url') };
}

const digestOf: Record<TokenAlgorithm, string | null> = { EdDSA: null, ES256: 'sha256', RS256: 'sha256' };

/**
 * Whether a key has signed a token. It is found out on this thread: what WebCrypto adds to hand a signature to another one, and to
 * hear of it, is as much as it would take off this one.
 */
export function isSignedWith({ key, algorithm }: VerificationKey, { signed, signature }: TokenParts): boolean {
  // JWS has both numbers of an ECDSA signature one after the other (RFC 7518, section 3.4); for other keys it says nothing.
  return verify(digestOf[algorithm], Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
}
