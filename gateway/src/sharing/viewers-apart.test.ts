import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { viewerHeaderName } from '@tributary/runtime/signature/signature';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import { Pool } from 'undici';
import { type ShopGateway, shopSchemas, startShopGateway } from '../testing/shop-gateway.ts';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';

const ROUNDS = 10_000;
/** So many rounds are under way at once: two requests of the same viewer then share, and those of two viewers could. */
const LANES = 16;

const body = JSON.stringify({ query: '{ products { name } bestReview { stars } }' });
const schemas = {
  ...shopSchemas,
  reviews: shopSchemas.reviews
    .replace('["@key"]', '["@key", "@requiresScopes"]')
    .replace('bestReview: Review', 'bestReview: Review @requiresScopes(scopes: [["reviews:read"]])'),
};

let issuer: TokenIssuer;
let shop: ShopGateway;
let connections: Pool;
beforeAll(async () => {
  issuer = await createTokenIssuer();
  shop = await startShopGateway({ sharing: 'all', tokens: issuer.options, signingKeys: ['k'.repeat(32)] }, schemas);
  // Products are named after the scopes of whom they are for.
  shop.products.reply = ({ headers }) => {
    const { viewer } = decodeCaller(String(headers[viewerHeaderName]));
    return { body: { data: { products: [{ __typename: 'Product', id: '1', name: viewer?.scopes.join(' ') }] } } };
  };
  connections = new Pool(shop.url);
});
afterAll(async () => {
  await connections.close();
  await shop.stop();
  await issuer.stop();
});

/** Scopes of tokens of one session: about the last two the same is decided, and yet they are told apart. */
const SCOPES = ['reviews:read', 'reviews:write', 'reviews:delete'];
const PAIRS = [
  [0, 1],
  [1, 2],
  [2, 0],
];

async function viewerWith(scope: string) {
  const data = { products: [{ name: scope }], bestReview: scope === 'reviews:read' ? { stars: 5 } : null };
  const refused = {
    message: 'Unauthorized field or type',
    path: ['bestReview'],
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  };
  return {
    token: `Bearer ${await issuer.sign({ scope })}`,
    answer: JSON.stringify(data.bestReview ? { data } : { errors: [refused], data }),
  };
}

async function ask(token: string): Promise<string> {
  const response = await connections.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: token },
    body,
  });
  return await response.body.text();
}

it('two viewers with different scopes who send the same at the same moment never get the answer of each other', async () => {
  const viewers = await Promise.all(SCOPES.map(viewerWith));
  for (const { token, answer } of viewers) expect(JSON.parse(await ask(token))).toEqual(JSON.parse(answer));
  shop.products.requests.length = 0;
  let rounds = 0;
  const wrong: string[] = [];

  async function lane(): Promise<void> {
    while (rounds < ROUNDS) {
      const pair = viewers.filter((_, index) => PAIRS[rounds % PAIRS.length]?.includes(index));
      rounds += 1;
      const answers = await Promise.all(pair.map(({ token }) => ask(token)));
      wrong.push(...answers.filter((answer, index) => answer !== pair[index]?.answer));
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));

  expect([rounds, wrong.slice(0, 10)]).toEqual([ROUNDS, []]);
  // Otherwise nothing was shared, and the rounds show nothing.
  expect(shop.products.requests.length).toBeLessThan(ROUNDS * 2);
}, 180_000);
