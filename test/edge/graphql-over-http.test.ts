import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { serverAudits } from 'graphql-http';

let gateway: ShopGateway;

beforeAll(async () => {
  gateway = await startShopGateway({ isDevelopment: true });
});
afterAll(() => gateway?.stop());

describe('GraphQL over HTTP, as graphql-http audits it, with the default configuration', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: fetch });

  it('has all 61 audits', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result).toMatchObject({ status: 'ok' });
  });
});
