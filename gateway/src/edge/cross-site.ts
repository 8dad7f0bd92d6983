import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { HttpRequest } from '@tributary/runtime/http/http-message';

/** Headers that no page can send to another origin without asking first: with one of them, a preflight has allowed the request. */
const PREFLIGHTED_HEADERS = ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'];

/**
 * Refuses a GET that a page of another site can make a browser send without a preflight. A POST needs no such check: its
 * `application/json` is preflighted. Browsers tell where a request comes from (Fetch Metadata), so every other client may ask with
 * a bare URL, as the GraphQL-over-HTTP specification has it. A browser too old to tell is known by its cookies, without which
 * there is nothing to forge.
 *
 * @throws CodedError CROSS_SITE_REQUEST
 */
export function refuseCrossSite({ method, headers }: HttpRequest, allowedOrigins: ReadonlySet<string>): void {
  if (method !== 'GET' || PREFLIGHTED_HEADERS.some((name) => headers.has(name))) return;
  if (allowedOrigins.has(headers.get('origin') ?? '')) return;
  const site = headers.get('sec-fetch-site');
  const isForgeable = site === undefined ? headers.has('cookie') : site === 'cross-site';
  if (!isForgeable) return;
  const message = 'A page of another site may send a GET only with the header apollo-require-preflight';
  throw new CodedError('CROSS_SITE_REQUEST', message);
}
