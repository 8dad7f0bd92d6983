import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { GatewayOptions } from '../gateway-options.ts';
import { type ShopGateway, shopSchemas, startShopGateway } from '../testing/shop-gateway.ts';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';
import { rolePolicy } from './policies.ts';

const guardedShop = {
  products: shopSchemas.products
    .replace('["@key"]', '["@key", "@policy"]')
    .replace('rename(name: String!): Product', 'rename(name: String!): Product @policy(policies: [["sells"]])'),
  reviews: shopSchemas.reviews
    .replace('["@key"]', '["@key", "@requiresScopes"]')
    .replace('bestReview: Review', 'bestReview: Review @requiresScopes(scopes: [["reviews:read"]])'),
};
const QUERY = '{ products { name } bestReview { stars } }';
const REFUSED = { message: 'Unauthorized field or type', extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } };

let issuer: TokenIssuer;
let shop: ShopGateway | undefined;
beforeAll(async () => {
  issuer = await createTokenIssuer();
});
afterEach(async () => {
  await shop?.stop();
  shop = undefined;
});
afterAll(() => issuer.stop());

async function start(options: Partial<GatewayOptions> = {}): Promise<ShopGateway> {
  shop = await startShopGateway({ tokens: issuer.options, ...options }, guardedShop);
  return shop;
}

async function bearer(claims: Record<string, unknown> = {}) {
  return { authorization: `Bearer ${await issuer.sign(claims)}` };
}

describe('a gateway over a supergraph that says who may see what', () => {
  it('answers an operation as each caller may see it, whoever sent it before', async () => {
    const gateway = await start();
    const reader = await bearer({ scope: 'reviews:read other' });
    const nobody = await bearer();

    for (const headers of [{}, reader, nobody, {}, reader, nobody]) {
      const { status, answer } = await gateway.ask(QUERY, headers);
      const isReader = headers === reader;
      expect([status, answer]).toEqual([
        200,
        {
          ...(!isReader && { errors: [{ ...REFUSED, path: ['bestReview'] }] }),
          data: {
            products: [{ name: 'Product 1' }, { name: 'Product 2' }],
            bestReview: isReader ? { stars: 5 } : null,
          },
        },
      ]);
    }
    expect([gateway.products.requests.length, gateway.reviews.requests.length]).toEqual([6, 2]);
  });

  it('refuses whole operations where it is told to', async () => {
    const gateway = await start({ authorisation: { policies: new Map(), unauthorised: 'refuse' } });

    for (const _time of ['first', 'second']) {
      const { status, answer } = await gateway.ask(QUERY);
      expect([status, answer]).toEqual([200, { data: null, errors: [{ ...REFUSED, path: ['bestReview'] }] }]);
    }
    expect(gateway.products.requests).toEqual([]);
  });

  it('asks the policies that it was given, and logs those that fail', async () => {
    const failing = async () => {
      throw new Error('no answer');
    };
    const rename = 'mutation { rename(name: "Cup") { name } }';
    const sellers = new Map([['sells', rolePolicy(['MERCHANT'])]]);
    const gateway = await start({ authorisation: { policies: sellers, unauthorised: 'remove' } });
    expect((await gateway.ask(rename, await bearer({ role: 'MERCHANT' }))).answer.data).toEqual({
      rename: { name: 'Cup' },
    });
    expect((await gateway.ask(rename, await bearer({ role: 'ADMIN' }))).answer.data).toEqual({ rename: null });
    await gateway.stop();

    const other = await start({ authorisation: { policies: new Map([['sells', failing]]), unauthorised: 'remove' } });
    expect((await other.ask(rename, await bearer({ role: 'MERCHANT' }))).answer.data).toEqual({ rename: null });
    expect(other.logLines).toContainEqual(expect.objectContaining({ policy: 'sells', level: 'error' }));
  });

  it.each<[string, Partial<GatewayOptions>]>([
    ['authorisation is off', { authorisation: 'off' }],
    ["Apollo's executor is in its place", { executor: 'stock' }],
  ])('does not start where %s', async (_case, options) => {
    await expect(start(options)).rejects.toThrow(
      'the supergraph says who may see its fields, and nothing would enforce that',
    );
  });
});

describe('a gateway over any other supergraph', () => {
  it.each<[string, Partial<GatewayOptions>]>([
    ['authorisation is off', { authorisation: 'off' }],
    ["Apollo's executor is in its place", { executor: 'stock' }],
  ])('starts where %s', async (_case, options) => {
    shop = await startShopGateway(options);

    expect((await shop.ask(QUERY)).status).toBe(200);
  });
});
