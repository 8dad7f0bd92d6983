import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { serverAudits } from 'graphql-http';

let development: ShopGateway;
let production: ShopGateway;

beforeAll(async () => {
  [development, production] = await Promise.all([
    startShopGateway({ isDevelopment: true }),
    startShopGateway({ isDevelopment: false }),
  ]);
});
afterAll(() => Promise.all([development?.stop(), production?.stop()]));

/** To see that variables arrive, these ask for a type of the schema, and production shows it to nobody. */
const introspecting = ['2EA1', '28B9', 'D6D5', '6A70'];

describe('GraphQL over HTTP, as graphql-http audits it, with the default configuration', () => {
  const audits = serverAudits({ url: () => `${development.url}/graphql`, fetchFn: fetch });

  it('has all 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result).toMatchObject({ status: 'ok' });
  });
});

describe('GraphQL over HTTP in production', () => {
  const audits = serverAudits({ url: () => `${production.url}/graphql`, fetchFn: fetch });
  const others = audits.filter(({ id }) => !introspecting.includes(id));

  it('has all audits but the four that ask for the schema', () => {
    expect(others).toHaveLength(57);
  });

  it.each(others.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result).toMatchObject({ status: 'ok' });
  });

  const query = 'query Named($isNamed: Boolean!) { products { id name @include(if: $isNamed) } }';
  const variables = { isNamed: false };

  it.each<[string, () => Promise<Response>]>([
    ['the body of a POST', () => production.post({ query, variables })],
    [
      'the URL of a GET',
      () => fetch(`${production.url}/graphql?${new URLSearchParams({ query, variables: JSON.stringify(variables) })}`),
    ],
  ])('takes variables in %s, which those four are about', async (_, send) => {
    const response = await send();
    expect([response.status, await response.json()]).toEqual([200, { data: { products: [{ id: '1' }, { id: '2' }] } }]);
  });
});
