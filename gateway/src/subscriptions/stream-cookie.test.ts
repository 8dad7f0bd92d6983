import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openStream, type StreamAsked } from '../testing/stream-client.ts';
import {
  codeOf,
  resultOf,
  SUBSCRIPTION,
  type SubscribingShop,
  startSubscribingShop,
  untilResults,
} from '../testing/subscribing-shop.ts';
import { STREAM_COOKIE_PATH } from './stream-cookie.ts';

let shop: SubscribingShop;
beforeAll(async () => {
  shop = await startSubscribingShop();
});
afterAll(() => shop?.stop());
beforeEach(() => shop.reset());

/** A page of the same origin, as a browser says it. */
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

const askForCookie = (headers: Record<string, string>) =>
  fetch(`${shop.gateway.url}${STREAM_COOKIE_PATH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{}',
  });

async function cookieOf(userId: string): Promise<string> {
  const response = await askForCookie(await shop.as(userId));
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

const listen = (asked: StreamAsked) => openStream(shop.gateway.url, { query: SUBSCRIPTION, isGet: true, ...asked });

describe('a cookie for streams', () => {
  it('is given for a good token, for as long as that is good, and is out of reach of scripts and other sites', async () => {
    const response = await askForCookie(await shop.as('usr_1'));
    expect([response.status, await response.text()]).toEqual([204, '']);
    const [value, ...attributes] = response.headers.get('set-cookie')?.split('; ') ?? [];
    expect(value).toMatch(/^tributary_stream=ey/);
    expect(attributes).toEqual([
      'Path=/graphql',
      'HttpOnly',
      'SameSite=Strict',
      expect.stringMatching(/^Max-Age=8\d\d$/),
    ]);
  });

  it.each([
    ['without a token', {}, 'UNAUTHENTICATED'],
    ['for a bad token', { authorization: 'Bearer nonsense' }, 'TOKEN_INVALID'],
  ])('is not given %s', async (_who, headers, code) => {
    const response = await askForCookie(headers);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect(JSON.parse(await response.text()).errors[0].extensions.code).toBe(code);
  });

  it('opens the stream of its viewer by a GET, as EventSource sends it', async () => {
    const cookie = `theme=dark; ${await cookieOf('usr_1')}; other=1`;
    const client = await listen({ headers: { cookie, ...SAME_ORIGIN } });
    await shop.announce('7');
    await shop.announce('8', 'usr_2');
    expect(await untilResults(client, 1)).toEqual([resultOf('7')]);
    await client.close();
  });

  it('speaks for nobody in anything but a GET of a stream', async () => {
    const cookie = await cookieOf('usr_1');
    const posted = await openStream(shop.gateway.url, { query: SUBSCRIPTION, headers: { cookie, ...SAME_ORIGIN } });
    expect([posted.status, await codeOf(posted)]).toEqual([401, 'UNAUTHENTICATED']);
    shop.gateway.products.reply = () => ({
      body: { data: { product: { __typename: 'Product', id: '1', secret: 's' } } },
    });
    const { answer } = await shop.gateway.ask('{ product(id: "1") { secret } }', { cookie });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['who does not say where from', {}],
  ])('is refused from %s', async (_who, headers) => {
    const client = await listen({ headers: { cookie: await cookieOf('usr_1'), ...headers } });
    expect([client.status, await codeOf(client)]).toEqual([403, 'CROSS_SITE_REQUEST']);
  });

  it('is worth no more than its token', async () => {
    const { authorization } = await shop.as('usr_1', { exp: 1 });
    const cookie = authorization.replace('Bearer ', 'tributary_stream=');
    const client = await listen({ headers: { cookie, ...SAME_ORIGIN } });
    expect([client.status, await codeOf(client)]).toEqual([401, 'TOKEN_EXPIRED']);
  });
});
