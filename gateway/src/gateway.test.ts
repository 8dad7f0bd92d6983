import { afterEach, describe, expect, it } from '@jest/globals';
import { verifyViewerHeader } from '@tributary/runtime/viewer/viewer-header';
import type { Explanation } from './explain/explain-recorder.ts';
import type { GatewayOptions } from './gateway.ts';
import { replyAsProducts, type ShopGateway, startShopGateway } from './testing/shop-gateway.ts';
import type { StubReply } from './testing/stub-subgraph.ts';

const PRODUCTS_WITH_REVIEWS = '{ products { name reviews { stars } } }';

interface Answer {
  data: object | null;
  errors: { path?: unknown; extensions: Record<string, unknown> }[];
  extensions: { explain: Explanation };
}

let shop: ShopGateway;
afterEach(() => shop.stop());

async function start(options: Partial<GatewayOptions> = {}) {
  shop = await startShopGateway(options);
}

async function ask(query: string, headers: Record<string, string> = {}) {
  const response = await shop.post({ query }, headers);
  const answer: Answer = JSON.parse(await response.text());
  return { status: response.status, answer };
}

describe('an operation', () => {
  it('is answered from both subgraphs with one fetch each', async () => {
    await start();

    expect(await ask(PRODUCTS_WITH_REVIEWS)).toEqual({
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
    const signingKey = 'k'.repeat(32);
    await start({ signingKey });
    await ask('{ products { name } }', { 'x-request-id': 'r-1', 'x-tributary-viewer': 'forged', cookie: 'a=b' });

    const headers = shop.products.requests[0]?.headers;
    expect(headers).toMatchObject({ 'x-request-id': 'r-1' });
    expect(headers).not.toHaveProperty('cookie');
    expect(verifyViewerHeader(String(headers?.['x-tributary-viewer']), [signingKey], Date.now())).toEqual({
      viewer: null,
      isExplained: false,
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
    await start({ subgraphTimeoutMs: 200 });
    shop.reviews.reply = () => reply;

    expect(await ask(PRODUCTS_WITH_REVIEWS)).toEqual({ status: 200, answer: failedFetch(code) });
  });

  it('each root field it leaves out has an error of its own', async () => {
    await start();
    shop.reviews.reply = () => 'reset';

    const { answer } = await ask('{ products { name } best: bestReview { stars } second: bestReview { stars } }');

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

    const { answer } = await ask(PRODUCTS_WITH_REVIEWS);

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

    const { status, answer } = await ask('{ products { name } }', { 'x-request-id': 'r-2' });

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

  it('a mutation is sent once', async () => {
    await start();
    shop.products.reply = () => 'reset';

    await ask('mutation { rename(name: "Cup") { name } }');

    expect(shop.products.requests).toHaveLength(1);
  });
});

describe('an explanation', () => {
  const work = {
    statements: [
      {
        text: 'select 1',
        database: 'catalog',
        role: 'replica',
        node: 'db:5432',
        rows: 2,
        durationMs: 1.5,
        values: ['x'],
      },
    ],
    loaderBatches: [{ loader: 'products', group: 'catalog', keys: 2 }],
  };

  it('shows the plan, every fetch and what the subgraphs did for it', async () => {
    await start();
    shop.products.reply = (request) => {
      const reply = replyAsProducts(request);
      if (typeof reply === 'string' || typeof reply.body === 'string') return reply;
      return { body: { ...reply.body, extensions: { tributary: work } } };
    };

    const { answer } = await ask(PRODUCTS_WITH_REVIEWS, { 'x-tributary-explain': '1' });

    expect(answer.extensions).toEqual({
      explain: {
        queryPlan: expect.stringMatching(/^QueryPlan \{.*Flatten\(path: "products\.@"\)/s),
        fetches: [
          {
            subgraph: 'products',
            path: '',
            durationMs: expect.any(Number),
            responseBytes: expect.any(Number),
            representations: 0,
            operationKind: 'query',
            statements: [
              { text: 'select 1', database: 'catalog', role: 'replica', node: 'db:5432', rows: 2, durationMs: 1.5 },
            ],
            loaderBatches: work.loaderBatches,
          },
          {
            subgraph: 'reviews',
            path: 'products.@',
            durationMs: expect.any(Number),
            responseBytes: 76,
            representations: 2,
            operationKind: 'query',
            statements: [],
            loaderBatches: [],
          },
        ],
        totals: { fetches: 2, statements: 1, loaderBatches: 1, durationMs: expect.any(Number) },
      },
    });
  });

  it('shows a fetch that failed', async () => {
    await start();
    shop.reviews.reply = () => 'reset';

    const { answer } = await ask(PRODUCTS_WITH_REVIEWS, { 'x-tributary-explain': '1' });

    expect(answer.extensions.explain.fetches[1]).toMatchObject({
      subgraph: 'reviews',
      failure: 'SUBGRAPH_UNAVAILABLE',
    });
  });

  it('is not given unasked', async () => {
    await start();

    expect((await ask('{ products { name } }')).answer).not.toHaveProperty('extensions');
  });

  it('is refused in production to those without the role', async () => {
    await start({ isDevelopment: false, explainRoles: ['ADMIN'] });

    const { status, answer } = await ask('{ products { name } }', { 'x-tributary-explain': '1' });

    expect([status, answer.errors[0]?.extensions['code']]).toEqual([403, 'FORBIDDEN']);
    expect(shop.products.requests).toHaveLength(0);
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
