import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startCachingShop } from '../testing/caching-shop.ts';
import { replyAsProducts, type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

let shop: ShopGateway;
beforeAll(async () => {
  shop = await startShopGateway({ requestTimeoutMs: 4_000, subgraphTimeoutMs: 3_000 });
});
afterAll(() => shop.stop());
beforeEach(() => {
  shop.products.reply = replyAsProducts;
  shop.products.requests.length = 0;
});

const QUERY = '{ products { name } bestReview { stars } }';
const MUTATION = 'mutation { rename(name: "Cup") { name } }';
const patience = (ms: number | string) => ({ 'x-tributary-timeout-ms': String(ms) });

describe('a request whose client says how long it waits', () => {
  it.each([
    ['query', QUERY],
    ['mutation', MUTATION],
  ])('tells subgraphs what is left of that, as a %s', async (_kind, operation) => {
    await shop.ask(operation, patience(700));
    const told = Number(shop.products.requests.at(-1)?.headers['x-tributary-timeout-ms']);

    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThanOrEqual(700);
  });

  it('gets what came in time, and a coded error for the rest', async () => {
    shop.products.reply = () => 'never';
    const { status, answer } = await shop.ask(QUERY, patience(300));

    expect({ status, answer }).toEqual({
      status: 200,
      answer: {
        data: { products: null, bestReview: { stars: 5 } },
        errors: [
          expect.objectContaining({
            path: ['products'],
            extensions: { code: 'SUBGRAPH_TIMEOUT', service: 'products' },
          }),
        ],
      },
    });
    expect(shop.products.cutOffs).toBeGreaterThan(0);
  });

  it('gets no more than requests may take', async () => {
    await shop.ask(QUERY, patience(60_000));
    const told = Number(shop.products.requests.at(-1)?.headers['x-tributary-timeout-ms']);

    expect(told).toBeLessThanOrEqual(4_000);
  });

  it.each(['0', '-5', 'soon', '1.5'])('is refused when it says %j', async (value) => {
    const { status, answer } = await shop.ask(QUERY, patience(value));

    expect([status, answer.errors[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
    expect(shop.products.requests).toHaveLength(0);
  });
});

it('a request whose client says nothing leaves subgraphs their usual time', async () => {
  await shop.ask(QUERY);

  expect(isUsualTime(shop.products.requests.at(-1)?.headers['x-tributary-timeout-ms'])).toBe(true);
});

describe('where answers are kept, a client without patience', () => {
  it('gets what came in time, while the whole answer is made for those who come later', async () => {
    const kept = await startCachingShop({ subgraphTimeoutMs: 3_000 });
    try {
      kept.products.reply = () => 'never';
      const { status, answer } = await kept.ask(QUERY, patience(300));

      expect([status, answer.data]).toEqual([200, { products: null, bestReview: { stars: 5 } }]);
      expect(answer.errors[0]?.extensions['code']).toBe('SUBGRAPH_TIMEOUT');
      const timesTold = () => kept.products.requests.map(({ headers }) => headers['x-tributary-timeout-ms']);
      while (!timesTold().some(isUsualTime)) await setImmediate();
    } finally {
      await kept.stop();
    }
  });
});

/** Whether it is the time that a subgraph has of its own, less what passed before it was asked. */
function isUsualTime(toldMs: unknown): boolean {
  return Number(toldMs) > 2_500 && Number(toldMs) <= 3_000;
}
