import { afterEach, describe, expect, it } from '@jest/globals';
import { fetchesOf, keepable, startCachingShop } from '../testing/caching-shop.ts';
import { replyAsProducts, type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';
import type { StubReply, StubSubgraph } from '../testing/stub-subgraph.ts';

const SESSION = 'x-tributary-session';
const RENAME = 'mutation { rename(name: "Cup") { name reviews { stars } } }';
const PRODUCTS = '{ products { name } }';
const signingKeys = ['k'.repeat(32)];

let shop: ShopGateway | undefined;

afterEach(async () => {
  await shop?.stop();
  shop = undefined;
});

function reaching(reply: StubReply, positions: object): StubReply {
  if (typeof reply === 'string') return reply;
  return { ...reply, headers: { ...reply.headers, [SESSION]: JSON.stringify(positions) } };
}

/** What a subgraph was told, request by request. */
const told = ({ requests }: StubSubgraph) => requests.map(({ headers }) => headers[SESSION]);

async function rename(of: ShopGateway, headers: Record<string, string> = {}): Promise<string> {
  of.products.reply = (request) => reaching(replyAsProducts(request), { catalog: [1, 50] });
  const response = await of.post({ query: RENAME }, headers);
  await response.text();
  return response.headers.get(SESSION) ?? '';
}

describe.each(['compiled', 'stock'] as const)('a session with the %s executor', (executor) => {
  it('begins with a mutation: what that wrote is told to whom it asks next, and to its client', async () => {
    shop = await startShopGateway({ executor, signingKeys });
    const token = await rename(shop);
    expect(token).not.toBe('');
    expect(told(shop.products)).toEqual(['{"seen":{},"hasWritten":false}']);
    expect(told(shop.reviews)).toEqual(['{"seen":{"catalog":[1,50]},"hasWritten":true}']);
  });

  it('goes on with the token, at another gateway too, and what was read counts from then on', async () => {
    shop = await startShopGateway({ executor, signingKeys });
    const other = await startShopGateway({ executor, signingKeys });
    try {
      const token = await rename(shop);
      other.products.reply = (request) => reaching(replyAsProducts(request), { catalog: [1, 70] });
      const response = await other.post({ query: PRODUCTS }, { [SESSION]: token });
      await response.text();
      expect(told(other.products)).toEqual(['{"seen":{"catalog":[1,50]},"hasWritten":true}']);
      const next = response.headers.get(SESSION) ?? '';
      await other.ask(PRODUCTS, { [SESSION]: next });
      expect(told(other.products).at(-1)).toBe('{"seen":{"catalog":[1,70]},"hasWritten":true}');
    } finally {
      await other.stop();
    }
  });

  it('begins with a query whose client asks for it: what that read counts', async () => {
    shop = await startShopGateway({ executor, signingKeys });
    shop.products.reply = (request) => reaching(replyAsProducts(request), { catalog: [1, 60] });
    const response = await shop.post({ query: PRODUCTS }, { [SESSION]: 'begin' });
    await response.text();
    await shop.ask(PRODUCTS, { [SESSION]: response.headers.get(SESSION) ?? '' });

    expect(told(shop.products)).toEqual([
      '{"seen":{},"hasWritten":false}',
      '{"seen":{"catalog":[1,60]},"hasWritten":false}',
    ]);
  });

  it('costs a query without a token nothing: nobody is told or asked anything', async () => {
    shop = await startShopGateway({ executor, signingKeys });
    const response = await shop.post({ query: PRODUCTS });
    expect([response.status, response.headers.get(SESSION)]).toEqual([200, null]);
    expect(told(shop.products)).toEqual([undefined]);
  });

  it('answers whoever sends a wrong token as if they had sent none', async () => {
    shop = await startShopGateway({ executor, signingKeys });
    for (const wrong of ['a.b.c', 'x'.repeat(10_000), '{"seen":{"catalog":[9,9]}}']) {
      const { status } = await shop.ask(PRODUCTS, { [SESSION]: wrong });
      expect(status).toBe(200);
    }
    expect(told(shop.products)).toEqual([undefined, undefined, undefined]);
    const { status } = await shop.post({ query: PRODUCTS }, { [SESSION]: 'x'.repeat(100_000) });
    expect(status).toBe(431);
  });
});

it('nobody gets a token from a gateway that has none to give', async () => {
  shop = await startShopGateway({ signingKeys, sessionTtlMs: 0 });
  expect(await rename(shop)).toBe('');
  expect(told(shop.products)).toEqual([undefined]);
});

describe('answers that are kept', () => {
  it('are given to whoever has a token, too, and are filled for everybody from where that token asks', async () => {
    shop = await startCachingShop({ signingKeys });
    const filled = async (headers: Record<string, string> = {}) => {
      const before = shop ? fetchesOf(shop) : 0;
      await shop?.ask(PRODUCTS, headers);
      return shop ? fetchesOf(shop) - before : 0;
    };
    expect([await filled(), await filled()]).toEqual([1, 0]);
    const token = await rename(shop);
    shop.products.reply = (request) => keepable(replyAsProducts(request), 'max-age=60, public', ['products']);
    // Nobody said that the mutation changed what this answer shows.
    expect(await filled({ [SESSION]: token })).toBe(0);
    expect(await filled()).toBe(0);
  });
});
