import { CodedError } from '@tributary/runtime/errors/coded-error';
import { type Viewer, viewerSchema } from '@tributary/runtime/viewer/viewer';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { type KeySource, openKeySource } from './verification-key.ts';

export interface TokenOptions {
  key: KeySource;
  issuer: string;
  audience: string;
}

/** Turns access tokens into viewers. */
export interface TokenVerifier {
  /**
   * The viewer that a token speaks for.
   * @throws CodedError TOKEN_EXPIRED for a good token past its time, TOKEN_INVALID for any other that is not good,
   *   SUBGRAPH_UNAVAILABLE when the keys cannot be had
   */
  verify(token: string): Promise<Viewer>;
}

interface Verified {
  viewer: Viewer;
  expiresAtMs: number;
}

/** Clocks of the issuer and the gateway may differ by this much. */
const CLOCK_TOLERANCE_S = 5;

/** Verifying an Ed25519 signature costs some 100 us, and a front end sends the same token with every request. */
const REMEMBERED_TOKENS = 10_000;

/**
 * Verifies EdDSA tokens with the claims `sub`, `role`, `sid`, `iss`, `aud` and `exp`, and remembers those that were good until
 * they expire.
 * @param nowMs the clock, as `Date.now`
 * @throws StartError when the key cannot be read
 */
export async function createTokenVerifier(
  options: TokenOptions,
  nowMs: () => number = Date.now,
): Promise<TokenVerifier> {
  const keyOf = await openKeySource(options.key);
  // The least recently used first: a Map keeps the order of insertion, and a hit is inserted again.
  const remembered = new Map<string, Verified>();

  async function verifySignature(token: string): Promise<Verified> {
    const { payload } = await jwtVerify(token, keyOf, {
      algorithms: ['EdDSA'],
      issuer: options.issuer,
      audience: options.audience,
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(nowMs()),
    });
    return { viewer: viewerOf(payload), expiresAtMs: ((payload.exp ?? 0) + CLOCK_TOLERANCE_S) * 1_000 };
  }

  return {
    async verify(token) {
      const known = remembered.get(token);
      remembered.delete(token);
      const verified = known ?? (await verifySignature(token).catch(refuse));
      if (verified.expiresAtMs <= nowMs()) throw tokenExpired();
      remembered.set(token, verified);
      const [oldest] = remembered.keys();
      if (remembered.size > REMEMBERED_TOKENS && oldest !== undefined) remembered.delete(oldest);
      return verified.viewer;
    },
  };
}

/** `scope` is a list with spaces between (RFC 8693, section 4.2); an absent one grants nothing. */
function viewerOf({ sub, role, sid, scope = '' }: JWTPayload): Viewer {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : scope;
  const viewer = viewerSchema.safeParse({ userId: sub, role, sessionId: sid, scopes });
  if (viewer.success) return viewer.data;
  throw new CodedError('TOKEN_INVALID', 'The access token lacks a claim', { cause: viewer.error });
}

function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw tokenExpired();
  if (error instanceof errors.JOSEError) {
    throw new CodedError('TOKEN_INVALID', 'The access token is not valid', { cause: error });
  }
  throw error;
}

function tokenExpired(): CodedError {
  return new CodedError('TOKEN_EXPIRED', 'The access token has expired');
}
