import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { TokenVerifier } from './token-verifier.ts';

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

const SCHEME = 'Bearer ';

/**
 * Who sends a request, where its token was verified a moment ago: at once, since most requests have such a token. `undefined` says
 * nothing of a request: `authenticate` does.
 * @throws CodedError SUBGRAPH_UNAVAILABLE
 */
export function recallViewer(authorization: string, verifier: TokenVerifier | undefined): Viewer | undefined {
  return authorization.startsWith(SCHEME) ? verifier?.recall(authorization.slice(SCHEME.length)) : undefined;
}

/**
 * Who sends a request, by its Authorization header; `null` for an anonymous caller.
 * @param verifier `undefined` where no key is configured: then everybody is anonymous, whatever they send
 * @throws CodedError TOKEN_EXPIRED, TOKEN_INVALID, SUBGRAPH_UNAVAILABLE
 */
export async function authenticate(
  authorization: string | undefined,
  verifier: TokenVerifier | undefined,
): Promise<Viewer | null> {
  if (authorization === undefined || verifier === undefined) return null;
  const [, token] = BEARER.exec(authorization) ?? [];
  if (token === undefined) throw new CodedError('TOKEN_INVALID', 'Expected "Authorization: Bearer <access token>"');
  return verifier.verify(token);
}
