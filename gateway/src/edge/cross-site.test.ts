import { HeaderMap } from '@apollo/server';
import { describe, expect, it } from '@jest/globals';
import { refuseCrossSite } from './cross-site.ts';

const SHOP = 'https://shop.example';

function send(method: string, headers: Record<string, string>): void {
  const headerMap = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) headerMap.set(name, value);
  const signal = { aborted: false, toAbortSignal: () => AbortSignal.abort() };
  const rest = { path: '/graphql', search: '', body: undefined, requestId: 'r', signal };
  refuseCrossSite({ method, headers: headerMap, ...rest }, new Set([SHOP]));
}

describe('refuseCrossSite', () => {
  it.each([
    ['a GET of a page of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a GET of an image on another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a GET of a browser that does not tell the site, with cookies', { cookie: 'session=1' }],
  ])('refuses %s', (_, headers) => {
    expect(() => send('GET', headers)).toThrow(expect.objectContaining({ extensions: { code: 'CROSS_SITE_REQUEST' } }));
  });

  it.each([
    ['a GET of a program', 'GET', {}],
    ['a GET of the site itself', 'GET', { 'sec-fetch-site': 'same-origin', cookie: 'session=1' }],
    ['a GET of an allowed origin', 'GET', { 'sec-fetch-site': 'cross-site', origin: SHOP }],
    ['a GET after a preflight', 'GET', { 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': '1' }],
    ['a GET with an access token', 'GET', { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' }],
    ['a POST, which its content type has preflighted', 'POST', { 'sec-fetch-site': 'cross-site' }],
  ])('lets %s pass', (_, method, headers) => {
    expect(() => send(method, headers)).not.toThrow();
  });
});
