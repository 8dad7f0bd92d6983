import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import type { GatewayOptions } from './gateway-options.ts';
import { type ShopGateway, startShopGateway } from './testing/shop-gateway.ts';
import type { StubReply } from './testing/stub-subgraph.ts';
import { createTokenIssuer, type TokenIssuer } from './testing/token-issuer.ts';

const PRODUCTS_WITH_REVIEWS = '{ products { name reviews { stars } } }';

let shop: ShopGateway;
afterEach(() => shop.stop());

async function start(options: Partial<GatewayOptions> = {}) {
  shop = await startShopGateway(options);
}

describe('an operation', () => {
  it('is answered from both subgraphs with one fetch each', async () => {
    await start();

    expect(await shop.ask(PRODUCTS_WITH_REVIEWS)).toEqual({
      status: 200,
      answer: {
        data: {
          products: [
            { name: 'Product 1', reviews: [{ stars: 4 }] },
            { name: 'Product 2', reviews: [{ stars: 4 }] },
          ],
        },
      },
    });
    expect([shop.products.requests.length, shop.reviews.requests.length]).toEqual([1, 1]);
  });

  it('tells subgraphs who asks and under which id, and nothing else that the client sent', async () => {
    await start({ signingKeys: ['k'.repeat(32)] });
    await shop.ask('{ products { name } }', { 'x-request-id': 'r-1', 'x-tributary-viewer': 'forged', cookie: 'a=b' });

    const headers = shop.products.requests[0]?.headers;
    expect(headers).toMatchObject({ 'x-request-id': 'r-1' });
    expect(headers).not.toHaveProperty('cookie');
    expect(decodeCaller(String(headers?.['x-tributary-viewer']))).toEqual({
      viewer: null,
      isExplained: false,
      clientAddress: '127.0.0.1',
    });
  });
});

describe('a caller with an access token', () => {
  let issuer: TokenIssuer;
  beforeAll(async () => {
    issuer = await createTokenIssuer();
  });
  afterAll(() => issuer.stop());

  it('is vouched for to every subgraph', async () => {
    await start({ signingKeys: ['k'.repeat(32)], tokens: issuer.options });
    await shop.ask(PRODUCTS_WITH_REVIEWS, { authorization: `Bearer ${await issuer.sign({ role: 'MERCHANT' })}` });

    const sent = [...shop.products.requests, ...shop.reviews.requests].map(({ headers }) =>
      decodeCaller(String(headers['x-tributary-viewer'])),
    );
    const viewer = { userId: 'usr_1', role: 'MERCHANT', sessionId: 'ses_1', scopes: [] };
    expect(sent).toEqual([
      { viewer, isExplained: false, clientAddress: '127.0.0.1' },
      { viewer, isExplained: false, clientAddress: '127.0.0.1' },
    ]);
  });

  it('that has expired is told so before anything is run', async () => {
    await start({ tokens: issuer.options });
    const authorization = `Bearer ${await issuer.sign({ exp: 1_000_000 })}`;
    const response = await shop.post({ query: 'not even GraphQL' }, { authorization });

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
    expect(await response.json()).toEqual({
      errors: [{ message: 'The access token has expired', extensions: { code: 'TOKEN_EXPIRED' } }],
    });
  });
});

describe('while a subgraph fails', () => {
  const failedFetch = (code: string) => ({
    errors: [
      {
        message: expect.stringContaining('The subgraph "reviews"'),
        path: ['products', 0],
        extensions: { code, service: 'reviews' },
      },
    ],
    data: {
      products: [
        { name: 'Product 1', reviews: null },
        { name: 'Product 2', reviews: null },
      ],
    },
  });

  it.each<[string, StubReply, string]>([
    ['cuts the connection', 'reset', 'SUBGRAPH_UNAVAILABLE'],
    ['does not answer in time', 'never', 'SUBGRAPH_TIMEOUT'],
    ['answers with a page', { body: '<html>' }, 'SUBGRAPH_INVALID_RESPONSE'],
    ['answers with 500 and no errors', { status: 500, body: {} }, 'SUBGRAPH_INVALID_RESPONSE'],
    ['answers with fewer entities than asked for', { body: { data: { _entities: [] } } }, 'SUBGRAPH_INVALID_RESPONSE'],
    ['answers with something else', { body: { data: { other: 1 } } }, 'SUBGRAPH_INVALID_RESPONSE'],
  ])('because it %s, the rest of the answer still comes', async (_case, reply, code) => {
    await start({ subgraphTimeoutMs: 1_000 });
    shop.reviews.reply = () => reply;

    expect(await shop.ask(PRODUCTS_WITH_REVIEWS)).toEqual({ status: 200, answer: failedFetch(code) });
  });

  it('each root field it leaves out has an error of its own', async () => {
    await start();
    shop.reviews.reply = () => 'reset';

    const { answer } = await shop.ask('{ products { name } best: bestReview { stars } second: bestReview { stars } }');

    expect(answer.data).toMatchObject({ products: [{}, {}], best: null, second: null });
    expect(answer.errors.map(({ path }) => path)).toEqual([['best'], ['second']]);
  });

  it('an error with a code arrives with its path in the whole answer', async () => {
    await start();
    const error = {
      message: 'Hidden',
      path: ['_entities', 1, 'reviews'],
      extensions: { code: 'REVIEWS_HIDDEN', until: 5 },
    };
    shop.reviews.reply = () => ({
      body: { data: { _entities: [{ reviews: [] }, { reviews: null }] }, errors: [error] },
    });

    const { answer } = await shop.ask(PRODUCTS_WITH_REVIEWS);

    expect(answer.errors).toEqual([
      {
        message: 'Hidden',
        path: ['products', 1, 'reviews'],
        extensions: { code: 'REVIEWS_HIDDEN', until: 5, service: 'reviews' },
      },
    ]);
  });

  it('an error without a code is masked, and the log has it under the reference that the caller gets', async () => {
    await start();
    const error = { message: 'password is hunter2', path: ['products'], extensions: { stacktrace: ['at secret.ts'] } };
    shop.products.reply = () => ({ body: { data: { products: null }, errors: [error] } });

    const { status, answer } = await shop.ask('{ products { name } }', { 'x-request-id': 'r-2' });

    expect(status).toBe(200);
    expect(answer).toEqual({
      errors: [
        {
          message: 'The subgraph "products" failed',
          path: ['products'],
          extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', service: 'products', reference: expect.any(String) },
        },
      ],
      data: { products: null },
    });
    const reference = answer.errors[0]?.extensions['reference'];
    expect(shop.logLines).toContainEqual(
      expect.objectContaining({ reference, requestId: 'r-2', message: 'password is hunter2' }),
    );
  });

  it('a defect that it has masked itself keeps its reference', async () => {
    await start();
    const error = { message: 'Internal server error', extensions: { code: 'INTERNAL_SERVER_ERROR', reference: 'abc' } };
    shop.products.reply = () => ({ body: { errors: [error] } });

    const { answer } = await shop.ask('{ products { name } }');

    expect(answer.errors[0]?.extensions).toEqual({ ...error.extensions, service: 'products' });
  });

  it('a mutation is sent once', async () => {
    await start();
    shop.products.reply = () => 'reset';

    await shop.ask('mutation { rename(name: "Cup") { name } }');

    expect(shop.products.requests).toHaveLength(1);
  });
});

describe('Apollo', () => {
  it('is told nothing: its exporter is off before the gateway is made', async () => {
    await start({ executor: 'stock' });

    expect(process.env['APOLLO_TELEMETRY_DISABLED']).toBe('true');
  });
});

describe('health', () => {
  it('is live and ready, and says which subgraph cannot be reached', async () => {
    await start();
    await shop.reviews.stop();
    const [live, ready] = await Promise.all(['live', 'ready'].map((kind) => fetch(`${shop.url}/health/${kind}`)));

    expect(live?.status).toBe(200);
    expect(ready?.status).toBe(200);
    expect(await ready?.json()).toEqual({
      isReady: true,
      checks: {
        'subgraph products': { isOk: true },
        'subgraph reviews': { isOk: false, why: 'The subgraph "reviews" cannot be reached' },
      },
    });
  });

  it('asks the subgraphs once for many probes', async () => {
    await start();

    await Promise.all(Array.from({ length: 20 }, () => fetch(`${shop.url}/health/ready`)));

    expect(shop.products.requests).toHaveLength(1);
  });
});
