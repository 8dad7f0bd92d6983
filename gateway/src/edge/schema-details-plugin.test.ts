import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ViewerRole } from '@tributary/runtime/viewer/viewer';
import { type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';

const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const schemas = {
  products: `${FEDERATION}
    enum Order { CHEAPEST DEAREST }
    input Filter { maximum: Int }
    type Query { products(order: Order, filter: Filter): [Product] }
    type Product @key(fields: "id") { id: ID! name: String }`,
  reviews: `${FEDERATION}
    type Query { bestReview: Int }`,
};

let issuer: TokenIssuer;
let shop: ShopGateway;

beforeAll(async () => {
  issuer = await createTokenIssuer();
  const tokens = issuer.options;
  shop = await startShopGateway({ tokens, isDevelopment: false, introspectionRoles: ['ADMIN'] }, schemas);
});
afterAll(async () => {
  await shop.stop();
  await issuer.stop();
});

async function ask(body: object, role?: ViewerRole) {
  const headers = role && { authorization: `Bearer ${await issuer.sign({ role })}` };
  const response = await shop.post(body, { accept: 'application/graphql-response+json', ...headers });
  return { status: response.status, ...JSON.parse(await response.text()) };
}

const refused = {
  status: 400,
  errors: [
    {
      message: 'Introspection is not allowed for this viewer',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ],
};

describe('in production the schema', () => {
  it.each([
    ['at the root', '{ __schema { queryType { name } } }'],
    ['under an alias', '{ products { id } harmless: __type(name: "Product") { name } }'],
    ['in a fragment', '{ ...Harmless } fragment Harmless on Query { __schema { queryType { name } } }'],
    ['in an operation beside', 'query A { products { id } } query B { __schema { queryType { name } } }'],
  ])('is refused to everybody but the roles that may have it, whoever asked before: %s', async (_, query) => {
    const body = { query, ...(query.startsWith('query A') && { operationName: 'B' }) };
    expect(await ask(body)).toEqual(refused);
    expect(await ask(body, 'CUSTOMER')).toEqual(refused);
    for (const _again of [1, 2]) expect(await ask(body, 'ADMIN')).toMatchObject({ status: 200 });
    expect(await ask(body)).toEqual(refused);
    expect(await ask(body, 'CUSTOMER')).toEqual(refused);
  });

  it('has no type names to hide: they are answered', async () => {
    expect(await ask({ query: '{ __typename }' })).toEqual({ status: 200, data: { __typename: 'Query' } });
  });
});

describe('in production a suggestion', () => {
  it.each<[string, object]>([
    ['a field', { query: '{ product { id } }' }],
    ['a type', { query: '{ products { ... on Prodct { id } } }' }],
    ['an argument', { query: '{ products(ordr: CHEAPEST) { id } }' }],
    ['a value of an enum', { query: '{ products(order: CHEAPES) { id } }' }],
    [
      'a value of an enum in a variable',
      { query: 'query ($order: Order) { products(order: $order) { id } }', variables: { order: 'CHEAPES' } },
    ],
    [
      'a field of an input in a variable',
      { query: 'query ($filter: Filter) { products(filter: $filter) { id } }', variables: { filter: { maximun: 1 } } },
    ],
  ])('for %s is made to the roles that may have the schema, and to nobody else', async (_, body) => {
    for (const _again of [1, 2]) {
      const { status, errors } = await ask(body, 'CUSTOMER');
      expect({ status, message: errors[0].message }).toEqual({ status: 400, message: expect.stringMatching(/[^?]$/) });
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
      expect(JSON.stringify((await ask(body, 'ADMIN')).errors)).toContain('Did you mean');
    }
  });
});
