import { CodedError } from '@tributary/runtime/errors/coded-error';
import { errorResponse } from '@tributary/runtime/http/error-response';
import type { HttpHandler } from '@tributary/runtime/http/http-message';
import type { Logger } from '@tributary/runtime/logging/logger';
import { decodeJwt } from 'jose';
import { authenticate } from '../identity/authenticate.ts';
import type { TokenVerifier } from '../identity/token-verifier.ts';

/** Where a page turns its access token into a cookie, which `EventSource` sends: it can set no header. */
export const STREAM_COOKIE_PATH = '/graphql/stream-cookie';

const NAME = 'tributary_stream';
const COOKIE = new RegExp(`(?:^|;) *${NAME}=([^; ]+)`);

/** The access token in a `Cookie` header. */
export function streamToken(cookies: string | undefined): string | undefined {
  return cookies === undefined ? undefined : COOKIE.exec(cookies)?.[1];
}

/**
 * Answers a POST with a good token in `Authorization` by a cookie of the same. Scripts can't read it; browsers send it for pages of
 * this site alone, and only to `/graphql`, where it speaks for somebody in nothing but a GET of a stream. It is as good as the token
 * is, and for as long.
 *
 * @param options.isSecure whether browsers may send it by HTTPS only
 */
export function createStreamCookieHandler(options: {
  verifier: TokenVerifier | undefined;
  isSecure: boolean;
  logger: Logger;
}): HttpHandler {
  const { verifier, isSecure, logger } = options;
  return async ({ headers, requestId }) => {
    try {
      const authorization = headers.get('authorization');
      const viewer = await authenticate(authorization, verifier);
      if (!viewer || authorization === undefined) throw new CodedError('UNAUTHENTICATED', 'Log in to get a cookie');
      const [, token = ''] = authorization.trim().split(/ +/);
      const seconds = Math.max(0, Math.floor((decodeJwt(token).exp ?? 0) - Date.now() / 1_000));
      const attributes = [`${NAME}=${token}`, 'Path=/graphql', 'HttpOnly', 'SameSite=Strict', `Max-Age=${seconds}`];
      if (isSecure) attributes.push('Secure');
      return { status: 204, headers: [['set-cookie', attributes.join('; ')]], body: '' };
    } catch (error) {
      return errorResponse(error, { logger, requestId });
    }
  };
}
