import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '../../testing/shop-gateway.ts';

let shop: ShopGateway;
beforeEach(async () => {
  shop = await startShopGateway();
});
afterEach(() => shop.stop());

const QUERY = '{ products { name reviews { stars } } }';

/** What was logged about the data of subgraphs. */
function logged() {
  return shop.logLines.filter(({ component }) => component === 'data of subgraphs');
}

function replyWithEntities(entity: unknown): void {
  shop.reviews.reply = ({ variables }) => ({
    body: { data: { _entities: (variables['representations'] as object[]).map(() => entity) } },
  });
}

describe('data that a schema does not allow, in an answer that is well formed', () => {
  it.each([
    ['a value', { reviews: [{ stars: 'many' }, { stars: 'few' }] }, 'Review.stars cannot have'],
    ['an object', { reviews: [7] }, 'Product.reviews cannot have'],
    ['an entity', 'first', 'An entity is not an object'],
  ])('is logged once for operators: %s', async (_case, entity, reason) => {
    replyWithEntities(entity);

    const { answer } = await shop.ask(QUERY);

    expect(answer.errors.length).toBeGreaterThan(1);
    const [line, ...others] = logged();
    expect(line).toMatchObject({ level: 'warn', code: 'SUBGRAPH_INVALID_RESPONSE' });
    expect(line?.['reason']).toMatch(/^reviews: /);
    expect(line?.['reason']).toContain(reason);
    expect(others).toEqual([]);
  });

  it('is logged as a null where there is none', async () => {
    shop.products.reply = () => ({ body: { data: { products: [{ __typename: 'Product', id: null, name: 'Cup' }] } } });

    await shop.ask('{ products { id name } }');

    expect(logged()).toMatchObject([{ reason: 'products: Cannot return null for non-nullable field Product.id.' }]);
  });

  it('is not logged again for every request', async () => {
    replyWithEntities({ reviews: [{ stars: 'many' }] });

    for (let requests = 0; requests < 5; requests++) await shop.ask(QUERY);

    expect(shop.reviews.requests).toHaveLength(5);
    expect(logged()).toHaveLength(1);
  });

  it('never puts what subgraphs answered into the log', async () => {
    replyWithEntities({ reviews: [{ stars: 'a secret' }] });

    await shop.ask(QUERY);

    expect(logged()).toHaveLength(1);
    expect(JSON.stringify(shop.logLines)).not.toContain('a secret');
  });

  it('is nothing that is right', async () => {
    expect((await shop.ask(QUERY)).answer.errors).toBeUndefined();
    expect(logged()).toEqual([]);
  });
});
