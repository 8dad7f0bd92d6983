import { CodedError } from '@tributary/runtime/errors/coded-error';
import { type Viewer, viewerSchema } from '@tributary/runtime/viewer/viewer';
import { decodeProtectedHeader, errors, type JWTPayload, UnsecuredJWT } from 'jose';
import type { KeyRing, TokenHeader } from './key-ring.ts';
import type { TokenAlgorithm } from './token-algorithm.ts';
import { isSignedWith, readTokenParts, type TokenParts } from './token-signature.ts';
import type { VerificationKey } from './verification-key.ts';

export interface TokenRules {
  issuer: string;
  audience: string;
  /** What tokens may be signed with. */
  algorithms: readonly TokenAlgorithm[];
  /** How far the clocks of the issuer and the gateway may differ. */
  clockToleranceS: number;
}

/** What a good token says. */
export interface VerifiedToken {
  viewer: Viewer;
  /** When it ceases to be good, with the tolerance. */
  expiresAtMs: number;
}

export const DEFAULT_CLOCK_TOLERANCE_S = 5;

/** Far more than our tokens and those of identity providers need; what is longer is not even parsed. */
const TOKEN_LIMIT_BYTES = 8 * 1024;

/**
 * Verifies a JWT with the claims `sub`, `role`, `sid`, `iss`, `aud`, `exp`, and, if it has them, `scope`, `iat` and `nbf`. A
 * token whose key is not known is tried again after the keys were read again: the key may be new. Where they were read
 * for another such token a moment ago it is refused at once, so that who makes up names of keys has nobody wait: publish a key before it signs.
 *
 * @throws CodedError TOKEN_EXPIRED for a good token past its time, TOKEN_INVALID for any other that is not good,
 *   SUBGRAPH_UNAVAILABLE when its key may be one that cannot be had at the moment
 */
export async function verifyAccessToken(
  token: string,
  { keys, rules, nowMs }: { keys: KeyRing; rules: TokenRules; nowMs: number },
): Promise<VerifiedToken> {
  if (token.length > TOKEN_LIMIT_BYTES) {
    throw new CodedError('TOKEN_INVALID', `The access token is longer than ${TOKEN_LIMIT_BYTES} bytes`);
  }
  const parts = readTokenParts(token);
  if (!parts) throw tokenInvalid('not a JWT');
  const header = readHeader(token);
  if (!rules.algorithms.some((algorithm) => algorithm === header.alg)) throw tokenInvalid('of another algorithm');
  const found = keys.find(header);
  let payload = claimsOf(parts, found.keys, rules, nowMs);
  if (!payload && !found.isNamed) {
    await keys.refreshForUnknown().catch(refuseForNow);
    payload = claimsOf(parts, keys.find(header).keys, rules, nowMs);
  }
  if (!payload) throw tokenInvalid('signed with another key');
  const expiresAtMs = ((payload.exp ?? 0) + rules.clockToleranceS) * 1_000;
  return { viewer: viewerOf(payload), expiresAtMs };
}

/** A good token is past its time, or was when it was last looked at. */
export function tokenExpired(): CodedError {
  return new CodedError('TOKEN_EXPIRED', 'The access token has expired');
}

function readHeader(token: string): TokenHeader {
  let header: TokenHeader & { crit?: unknown };
  try {
    header = decodeProtectedHeader(token);
  } catch (error) {
    throw tokenInvalid('not a JWT', error);
  }
  // RFC 7515, section 4.1.11: whoever does not understand what is critical has to refuse the token.
  if (header.crit !== undefined) throw tokenInvalid('of a kind that is not understood');
  return header;
}

/** The claims of a token that one of the keys has signed; `undefined` when none has. */
function claimsOf(
  token: TokenParts,
  keys: readonly VerificationKey[],
  rules: TokenRules,
  nowMs: number,
): JWTPayload | undefined {
  return keys.some((key) => isSignedWith(key, token)) ? checkClaims(token.claims, rules, nowMs) : undefined;
}

/** In front of claims it makes them a JWT that nobody has signed, which jose checks without asking for a key. */
const UNSIGNED_HEADER = Buffer.from('{"alg":"none"}').toString('base64url');

/** @param claims as they came, in a token whose signature is good */
function checkClaims(claims: string, rules: TokenRules, nowMs: number): JWTPayload {
  try {
    const { payload } = UnsecuredJWT.decode(`${UNSIGNED_HEADER}.${claims}.`, {
      issuer: rules.issuer,
      audience: rules.audience,
      clockTolerance: rules.clockToleranceS,
      requiredClaims: ['sub', 'exp'],
      currentDate: new Date(nowMs),
    });
    if ((payload.iat ?? 0) * 1_000 > nowMs + rules.clockToleranceS * 1_000) throw tokenInvalid('issued in the future');
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw tokenExpired();
    throw error instanceof errors.JOSEError ? tokenInvalid(undefined, error) : error;
  }
}

/** `scope` is a list with spaces between (RFC 8693, section 4.2); an absent one grants nothing. */
function viewerOf({ sub, role, sid, scope = '' }: JWTPayload): Viewer {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((name) => name !== '') : scope;
  const viewer = viewerSchema.safeParse({ userId: sub, role, sessionId: sid, scopes });
  if (viewer.success) return viewer.data;
  throw new CodedError('TOKEN_INVALID', 'The access token lacks a claim', { cause: viewer.error });
}

function tokenInvalid(why?: string, cause?: unknown): CodedError {
  const message = 'The access token is not valid';
  return new CodedError('TOKEN_INVALID', why === undefined ? message : `${message}: it is ${why}`, { cause });
}

/** The token may well be good: its owner must not be told to log in again because the keys cannot be had. */
function refuseForNow(cause: unknown): never {
  throw new CodedError('SUBGRAPH_UNAVAILABLE', 'Access tokens cannot be verified at the moment', { cause });
}
