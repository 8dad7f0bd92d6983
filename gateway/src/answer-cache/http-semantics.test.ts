import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { fetchesOf, keepable, startCachingShop } from '../testing/caching-shop.ts';
import type { ShopGateway } from '../testing/shop-gateway.ts';

const QUERY = '{ products { id name } }';
const LONG_NAME = 'cup '.repeat(2_000);

let shop: ShopGateway;
let connections: Pool;

beforeEach(async () => {
  shop = await startCachingShop({ hasCompression: true, isDevelopment: false, batchLimit: 2 });
  shop.products.reply = () =>
    keepable(
      { body: { data: { products: [{ __typename: 'Product', id: '1', name: LONG_NAME }] } } },
      'max-age=60, public',
      ['product:1'],
    );
  connections = new Pool(shop.url);
});
afterEach(async () => {
  await connections.close();
  await shop.stop();
});

/** Sends exactly these headers, and leaves the body as it comes. */
async function send(method: 'GET' | 'POST', headers: Record<string, string> = {}, body?: object) {
  const response = await connections.request({
    path: method === 'GET' ? `/graphql?query=${encodeURIComponent(QUERY)}` : '/graphql',
    method,
    headers: { ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
    ...(method === 'POST' && { body: JSON.stringify(body ?? { query: QUERY }) }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: Buffer.from(await response.body.arrayBuffer()),
  };
}

/** Answers by the short cut and by their bytes, which must not differ. */
async function sendTwice(...request: Parameters<typeof send>) {
  const answers = [await send(...request), await send(...request)];
  const [first, second] = answers.map(({ headers, ...rest }) => {
    const { date, connection, 'keep-alive': _, 'x-request-id': id, age, vary, ...others } = headers;
    const names = String(vary).split(', ').sort();
    return { ...rest, headers: { ...others, vary: names } };
  });
  expect(second).toEqual(first);
  return answers[1] ?? answers[0];
}

describe('an answer that is kept', () => {
  beforeEach(async () => {
    await send('GET');
    await send('GET');
  });

  it('is not sent again to a GET whose client has it', async () => {
    const whole = await sendTwice('GET');
    const etag = String(whole?.headers['etag']);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await sendTwice('GET', { 'if-none-match': known });
      expect([answer?.status, answer?.body.length]).toEqual([304, 0]);
      expect(answer?.headers).toMatchObject({ etag, 'cache-control': 'public, max-age=60', age: '0' });
      expect(answer?.headers['content-type']).toBeUndefined();
    }
    expect((await sendTwice('GET', { 'if-none-match': '"other"' }))?.status).toBe(200);
  });

  it('is sent to a POST, whatever its client has', async () => {
    const etag = String((await send('POST')).headers['etag']);
    const answer = await send('POST', { 'if-none-match': etag });
    expect([answer.status, answer.body.length > LONG_NAME.length]).toEqual([200, true]);
  });

  it('is compressed as its client takes it, with a tag for each coding', async () => {
    const plain = await sendTwice('GET');
    const gzipped = await sendTwice('GET', { 'accept-encoding': 'gzip' });
    expect(gzipped?.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(gzipped?.body ?? '')).toEqual(plain?.body);
    const brotli = await sendTwice('GET', { 'accept-encoding': 'br' });
    const tags = [plain, gzipped, brotli].map((answer) => answer?.headers['etag']);
    expect(new Set(tags).size).toBe(3);
    expect(String(gzipped?.headers['vary'])).toContain('Accept-Encoding');
    const known = await sendTwice('GET', { 'accept-encoding': 'gzip', 'if-none-match': String(tags[0]) });
    expect(known?.status).toBe(200);
  });

  it('has a tag for each media type', async () => {
    const legacy = await sendTwice('GET', { accept: 'application/json' });
    const current = await sendTwice('GET', { accept: 'application/graphql-response+json' });
    expect(current?.headers['content-type']).toBe('application/graphql-response+json; charset=utf-8');
    expect(current?.headers['etag']).not.toBe(legacy?.headers['etag']);
    expect(current?.body).toEqual(legacy?.body);
  });

  it('is a part of a list as it is, and a list is not taken for its part', async () => {
    const query = { query: QUERY };
    for (const _ of [1, 2, 3]) {
      const { headers, body } = await send('POST', { 'accept-encoding': 'identity' }, [query, query]);
      const parts = JSON.parse(body.toString());
      expect(parts).toHaveLength(2);
      expect(parts[1].data.products[0].name).toBe(LONG_NAME);
      expect(headers['etag']).toBeUndefined();
    }
    const gzipped = await send('POST', { 'accept-encoding': 'gzip' }, [query, query]);
    expect(JSON.parse(gunzipSync(gzipped.body).toString())).toHaveLength(2);
    expect(fetchesOf(shop)).toBe(1);
  });

  it('is refused to a page of another site, and to what is no GET of a query', async () => {
    expect((await send('GET', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const head = await connections.request({ path: '/graphql?query={__typename}', method: 'HEAD' });
    expect(head.statusCode).toBe(405);
  });
});

describe('variables', () => {
  const query = 'query Q($a: Boolean!) { products { id @include(if: $a) } }';
  const post = (variables: string) =>
    connections
      .request({
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      })
      .then(({ body }) => body.json());

  it('of strange names are told apart as any other', async () => {
    for (const _ of [1, 2, 3]) {
      await post('{"a":true,"__proto__":{"x":1}}');
      await post('{"a":true,"__proto__":{"x":2}}');
    }
    expect(fetchesOf(shop)).toBe(2);
  });

  it('that do not fit are refused every time', async () => {
    for (const _ of [1, 2, 3]) {
      expect(await post('{"a":"yes"}')).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
    expect(fetchesOf(shop)).toBe(0);
  });

  it('that JSON cannot write again are answered and not kept', async () => {
    for (const times of [1, 2, 3]) {
      await post('{"a":true,"b":1e999}');
      expect(fetchesOf(shop)).toBe(times);
    }
  });
});
