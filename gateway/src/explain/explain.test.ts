import { afterEach, describe, expect, it } from '@jest/globals';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { createLogger } from '@tributary/runtime/logging/logger';
import { recordLoaderBatch, recordStatement } from '@tributary/runtime/request/request-work';
import { parse } from 'graphql';
import type { GatewayOptions } from '../gateway-options.ts';
import { replyAsProducts, type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';
import { createTokenIssuer } from '../testing/token-issuer.ts';

const PRODUCTS_WITH_REVIEWS = '{ products { name reviews { stars } } }';

let shop: ShopGateway;
afterEach(() => shop.stop());

async function start(options: Partial<GatewayOptions> = {}) {
  shop = await startShopGateway(options);
}

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
    cacheReads: [{ cache: 'products', keys: 3, hits: 1, isBypassed: false }],
  };

  it('shows the plan, every fetch and what the subgraphs did for it', async () => {
    await start();
    shop.products.reply = (request) => {
      const reply = replyAsProducts(request);
      if (typeof reply === 'string' || typeof reply.body === 'string') return reply;
      return { body: { ...reply.body, extensions: { tributary: work } } };
    };

    const { answer } = await shop.ask(PRODUCTS_WITH_REVIEWS, { 'x-tributary-explain': '1' });

    expect(answer.extensions).toEqual({
      explain: {
        queryPlan: expect.stringMatching(/^QueryPlan \{.*Flatten\(path: "products\.@"\)/s),
        plan: {
          kind: 'Sequence',
          parts: [
            expect.objectContaining({ kind: 'Fetch', subgraph: 'products', path: '', entities: [] }),
            {
              kind: 'Fetch',
              subgraph: 'reviews',
              path: 'products.@',
              operationKind: 'query',
              entities: ['Product(id)'],
              selection: '... on Product {\n  reviews {\n    stars\n  }\n}',
            },
          ],
        },
        fetches: [
          {
            subgraph: 'products',
            path: '',
            startMs: expect.any(Number),
            durationMs: expect.any(Number),
            responseBytes: expect.any(Number),
            representations: 0,
            operationKind: 'query',
            statements: [
              { text: 'select 1', database: 'catalog', role: 'replica', node: 'db:5432', rows: 2, durationMs: 1.5 },
            ],
            loaderBatches: work.loaderBatches,
            cacheReads: work.cacheReads,
          },
          {
            subgraph: 'reviews',
            path: 'products.@',
            startMs: expect.any(Number),
            durationMs: expect.any(Number),
            responseBytes: 76,
            representations: 2,
            operationKind: 'query',
            statements: [],
            loaderBatches: [],
            cacheReads: [],
          },
        ],
        totals: { fetches: 2, statements: 1, loaderBatches: 1, durationMs: expect.any(Number) },
      },
    });
  });

  it('shows what a subgraph of ours reports', async () => {
    const signingKey = 'k'.repeat(32);
    const statement = {
      text: 'select 2',
      database: 'shard_0',
      role: 'primary',
      node: 'db:5433',
      rows: 1,
      durationMs: 2,
    } as const;
    const batch = { loader: 'best review', group: 'shard_0', keys: 1 };
    const reviews = await startSubgraphServer({
      name: 'reviews',
      typeDefs: parse('type Query { bestReview: Review } type Review { stars: Int }'),
      resolvers: {
        Query: {
          bestReview() {
            recordLoaderBatch(batch);
            recordStatement({ ...statement, startedAtMs: Date.now() });
            return { stars: 5 };
          },
        },
      },
      host: '127.0.0.1',
      port: 0,
      signingKeys: [signingKey],
      isDevelopment: false,
      makeContext: () => ({}),
      isReady: async () => ({ isReady: true, checks: {} }),
      logger: createLogger({ service: 'reviews', level: 'silent' }),
    });
    await start({
      signingKeys: [signingKey],
      subgraphUrls: new Map([['SUBGRAPH_URL_REVIEWS', `${reviews.url}/graphql`]]),
    });

    const { answer } = await shop.ask('{ bestReview { stars } }', { 'x-tributary-explain': '1' });
    await reviews.stop();

    expect(answer.data).toEqual({ bestReview: { stars: 5 } });
    expect(answer.extensions.explain.fetches).toMatchObject([{ statements: [statement], loaderBatches: [batch] }]);
  });

  it('shows a fetch that failed', async () => {
    await start();
    shop.reviews.reply = () => 'reset';

    const { answer } = await shop.ask(PRODUCTS_WITH_REVIEWS, { 'x-tributary-explain': '1' });

    expect(answer.extensions.explain.fetches[1]).toMatchObject({
      subgraph: 'reviews',
      failure: 'SUBGRAPH_UNAVAILABLE',
    });
  });

  it('is not given unasked', async () => {
    await start();

    expect((await shop.ask('{ products { name } }')).answer).not.toHaveProperty('extensions');
  });

  it('is refused in production to those without the role', async () => {
    await start({ isDevelopment: false, explainRoles: ['ADMIN'] });

    const { status, answer } = await shop.ask('{ products { name } }', { 'x-tributary-explain': '1' });

    expect([status, answer.errors[0]?.extensions['code']]).toEqual([403, 'FORBIDDEN']);
    expect(shop.products.requests).toHaveLength(0);
  });

  it('is given in production to a viewer of the right role', async () => {
    const issuer = await createTokenIssuer();
    await start({ tokens: issuer.options, isDevelopment: false, explainRoles: ['ADMIN'] });
    const authorization = `Bearer ${await issuer.sign({ role: 'ADMIN' })}`;
    const { answer } = await shop.ask('{ products { name } }', { authorization, 'x-tributary-explain': '1' });

    await issuer.stop();

    expect(answer.extensions.explain.totals.fetches).toBe(1);
  });
});
