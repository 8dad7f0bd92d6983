import { hash, randomBytes } from 'node:crypto';
import { decodeId, encodeId, idTypeOf } from '@tributary/prisma/ids/typed-id';

const SECRET_BYTES = 32;
const SECRET_FORM = /^[\w-]{43}$/;

/** What a refresh token says: the session, whose id finds its shard, and a secret of which only the hash is kept. */
export interface RefreshToken {
  sessionId: bigint;
  /** SHA-256 of the secret, which is random in full: it needs neither salt nor a slow hash. */
  secretHash: Uint8Array<ArrayBuffer>;
}

/** Makes a session's next refresh token; `text` is for its owner alone: `ses_<id>.<32 random bytes in base64url>`. */
export function makeRefreshToken(sessionId: bigint): RefreshToken & { text: string } {
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { sessionId, secretHash: hashSecret(secret), text: `${encodeId('session', sessionId)}.${secret}` };
}

/** Reads a refresh token; `undefined` for a text that never was one. */
export function readRefreshToken(text: string): RefreshToken | undefined {
  const [id = '', secret = '', ...rest] = text.split('.', 3);
  if (rest.length > 0 || idTypeOf(id) !== 'session' || !SECRET_FORM.test(secret)) return undefined;
  return { sessionId: decodeId('session', id), secretHash: hashSecret(secret) };
}

function hashSecret(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(hash('sha256', secret, 'buffer'));
}
