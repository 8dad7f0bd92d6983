import { hash, randomBytes } from 'node:crypto';
import { decodeId, encodeId, idTypeOf } from '@tributary/prisma/ids/typed-id';

const SECRET_BYTES = 32;
const SECRET_FORM = /^[\w-]{43}$/;

/** What a refresh token says: the session, whose id finds its shard, and two secrets of which only the hashes are kept. */
export interface RefreshToken {
  sessionId: bigint;
  /** The secret that all tokens of the session share, so that a spent one is known however long ago it was spent. */
  family: string;
  /** SHA-256 of the family. The secrets are random in full: they need neither salt nor a slow hash. */
  familyHash: Uint8Array<ArrayBuffer>;
  /** SHA-256 of the secret that is this token's alone. */
  secretHash: Uint8Array<ArrayBuffer>;
}

/**
 * Makes a session's next refresh token; `text` is for its owner alone: `ses_<id>.<family>.<secret>`, each secret 32 random
 * bytes in base64url.
 *
 * @param family of the token before; a new one for the first token of a session
 */
export function makeRefreshToken(sessionId: bigint, family = randomSecret()): RefreshToken & { text: string } {
  const secret = randomSecret();
  return {
    sessionId,
    family,
    familyHash: hashSecret(family),
    secretHash: hashSecret(secret),
    text: `${encodeId('session', sessionId)}.${family}.${secret}`,
  };
}

/** Reads a refresh token; `undefined` for a text that never was one. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  const [id = '', family = '', secret = '', ...rest] = text.split('.', 4);
  if (rest.length > 0 || idTypeOf(id) !== 'session') return undefined;
  if (!SECRET_FORM.test(family) || !SECRET_FORM.test(secret)) return undefined;
  return {
    sessionId: decodeId('session', id),
    family,
    familyHash: hashSecret(family),
    secretHash: hashSecret(secret),
  };
}

function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash('sha256', secret, 'buffer'));
}
