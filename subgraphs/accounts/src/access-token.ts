import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import type { ViewerRole } from '@tributary/runtime/viewer/viewer';
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from 'jose';
import { scopesByRole } from './role-scopes.ts';

/** What an access token allows, it allows for so long at most, unless its session ends. */
export const ACCESS_TOKEN_LIFETIME_MS = 15 * 60_000;

export interface AccessTokenSubject {
  userId: bigint;
  role: ViewerRole;
  sessionId: bigint;
}

/** Signs access tokens: who may do what, for a quarter of an hour, with no look-up by those who verify. */
export interface AccessTokenSigner {
  sign(subject: AccessTokenSubject, now: Date): Promise<{ text: string; expiresAt: Date }>;
  /** What verifies them, as a JSON Web Key Set lists it. */
  readonly publicKeys: readonly JWK[];
}

/**
 * Signs JWTs (EdDSA) with claims `sub` (`usr_…`), `role`, `scope` (by role), `sid` (`ses_…`), `iss`, `aud`, `iat`
 * and `exp`. The header's `kid` is the key's RFC 7638 thumbprint, so that keys can be told apart while one replaces the other.
 *
 * @param options.privateKeyPem an Ed25519 key in PKCS#8
 * @param options.otherPrivateKeyPems keys that are published though they sign nothing: the next one, and the one before
 * @throws StartError when one is not
 */
export async function createAccessTokenSigner(options: {
  privateKeyPem: string;
  otherPrivateKeyPems?: readonly string[];
  issuer: string;
  audience: string;
}): Promise<AccessTokenSigner> {
  const privateKey = readPrivateKey(options.privateKeyPem);
  const publicKeys = await Promise.all(
    [privateKey, ...(options.otherPrivateKeyPems ?? []).map(readPrivateKey)].map(publicJwkOf),
  );
  const kid = await calculateJwkThumbprint(createPublicKey(privateKey));

  return {
    publicKeys,
    async sign({ userId, role, sessionId }, now) {
      // Claims count whole seconds; the caller is told of the moment the claim names.
      const issuedAt = Math.floor(now.getTime() / 1_000);
      const expiresAt = issuedAt + ACCESS_TOKEN_LIFETIME_MS / 1_000;
      const text = await new SignJWT({ role, scope: scopesByRole[role].join(' '), sid: encodeId('session', sessionId) })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid })
        .setSubject(encodeId('user', userId))
        .setIssuer(options.issuer)
        .setAudience(options.audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(privateKey);
      return { text, expiresAt: new Date(expiresAt * 1_000) };
    },
  };
}

async function publicJwkOf(privateKey: KeyObject): Promise<JWK> {
  const publicKey = createPublicKey(privateKey);
  const jwk = await exportJWK(publicKey);
  return { ...jwk, kid: await calculateJwkThumbprint(publicKey), alg: 'EdDSA', use: 'sig' };
}

function readPrivateKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    // OpenSSL's own message says nothing of what was expected.
    throw new StartError('the key that signs access tokens is not a private key in PEM form', { exitCode: 2, cause });
  }
  throw new StartError('the key that signs access tokens is not an Ed25519 key', { exitCode: 2 });
}
