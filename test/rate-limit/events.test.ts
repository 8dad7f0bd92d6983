import { afterEach, expect, it } from '@jest/globals';
import { defaultCostLimits } from '@tributary/gateway/cost/cost-limits';
import {
  resultOf,
  type SubscribingShop,
  startSubscribingShop,
  untilResults,
} from '@tributary/gateway/testing/subscribing-shop';
import { limitsOf } from './limited-gateways.ts';

let shop: SubscribingShop;
afterEach(() => shop.stop());

it.each([
  ['what the same query does', defaultCostLimits],
  ['what any operation does where they are not weighed', 'off'],
] as const)('an event of a stream costs its viewer %s, and is not resolved without tokens', async (_what, costs) => {
  shop = await startSubscribingShop({ rateLimits: limitsOf({ customer: 4 }), costs });
  await shop.reset();
  // To subscribe costs what every operation does.
  const client = await shop.subscribe();
  for (const id of ['1', '2', '3', '4', '5']) await shop.announce(id);
  const results = await untilResults(client, 5);

  expect(results.slice(0, 3)).toEqual(['1', '2', '3'].map(resultOf));
  expect(results.slice(3)).toMatchObject([
    { data: null, errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
    { data: null, errors: [{ extensions: { code: 'RATE_LIMITED' } }] },
  ]);
  expect(shop.gateway.products.requests).toHaveLength(3);
});
