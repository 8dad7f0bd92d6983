import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { executorNames } from '../supergraph/executor-name.ts';
import { replyAsProducts, type ShopGateway, startShopGateway } from '../testing/shop-gateway.ts';

let shop: ShopGateway;
afterEach(() => shop.stop());

const QUERY = '{ products { name } bestReview { stars } }';
const MUTATION = 'mutation { rename(name: "Cup") { name } }';

/** Sends an operation twice, the second time past Apollo Server, and leaves as soon as it has reached the subgraph. */
async function leaveEarly(query: string): Promise<void> {
  await shop.ask(query);
  const reached = Promise.withResolvers<void>();
  shop.products.reply = () => {
    reached.resolve();
    return 'never';
  };
  const aborter = new AbortController();
  const answer = fetch(`${shop.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: aborter.signal,
  });
  const failed = expect(answer).rejects.toThrow('aborted');
  await reached.promise;
  aborter.abort();
  await failed;
}

describe.each(executorNames)('a request to the %s executor whose client leaves', (executor) => {
  beforeEach(async () => {
    shop = await startShopGateway({ executor });
  });

  it('is cut off in the subgraphs, which have not failed', async () => {
    await leaveEarly(QUERY);
    while (shop.products.cutOffs === 0) await nextTurn();
    await nextTurn();
    expect(shop.logLines.filter(({ msg }) => msg === 'a subgraph failed')).toEqual([]);
  });

  it('is carried out when it is a mutation', async () => {
    await leaveEarly(MUTATION);
    shop.products.reply = replyAsProducts;
    await leaveEarly(QUERY);
    // Whoever is cut off is so in the order of arrival: this is the query, sent after the mutation.
    while (shop.products.cutOffs === 0) await nextTurn();
    expect(shop.products.cutOffs).toBe(1);
  });
});
