import { afterEach, describe, expect, it } from '@jest/globals';
import type { GatewayOptions } from '../gateway.ts';
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
