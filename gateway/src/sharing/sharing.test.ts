import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { viewerHeaderName } from '@tributary/runtime/signature/signature';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import type { GatewayOptions } from '../gateway-options.ts';
import { replyAsProducts, type ShopGateway, shopSchemas, startShopGateway } from '../testing/shop-gateway.ts';
import type { StubReply, StubRequest } from '../testing/stub-subgraph.ts';
import type { SharingMode } from './sharing-mode.ts';

const schemas = {
  ...shopSchemas,
  reviews: shopSchemas.reviews.replace('reviews: [Review]', 'reviews(first: Int): [Review]'),
};
const QUERY = 'query ($first: Int) { products { name reviews(first: $first) { stars } } }';

let shop: ShopGateway;
afterEach(() => shop.stop());

async function start(sharing: SharingMode, options: Partial<GatewayOptions> = {}) {
  shop = await startShopGateway({ sharing, batchLimit: 20, ...options }, schemas);
  shop.reviews.reply = replyWithFirst;
}

/** As many reviews as are asked for. */
function replyWithFirst({ variables: { representations, first } }: StubRequest): StubReply {
  if (!Array.isArray(representations)) return { body: { data: { bestReview: { stars: 5 } } } };
  const reviews = Array.from({ length: Number(first) }, (_, index) => ({ stars: index }));
  return { body: { data: { _entities: representations.map(() => ({ reviews })) } } };
}

/** The operations of a batch are executed like requests that come at the same moment, which is why they are sent as one here. */
async function askAtOnce(operations: readonly object[], headers: Record<string, string> = {}) {
  shop.products.requests.length = 0;
  shop.reviews.requests.length = 0;
  const answers: unknown = await (await shop.post(operations, headers)).json();
  return { answers, fetches: [shop.products.requests.length, shop.reviews.requests.length] };
}

function answerWith(first: number) {
  const reviews = Array.from({ length: first }, (_, index) => ({ stars: index }));
  return { data: { products: ['1', '2'].map((id) => ({ name: `Product ${id}`, reviews })) } };
}

const operation = { query: QUERY, variables: { first: 1 } };

describe('requests at the same moment', () => {
  it.each<[SharingMode, number]>([
    ['off', 20],
    ['subgraphs', 1],
    ['all', 1],
  ])('that are equal, with sharing %s, lead to %d fetches', async (sharing, count) => {
    await start(sharing);
    for (const _time of ['first seen', 'known']) {
      expect(await askAtOnce(Array(20).fill(operation))).toEqual({
        answers: Array(20).fill(answerWith(1)),
        fetches: [count, count],
      });
    }
  });

  it.each<SharingMode>(['subgraphs', 'all'])(
    'that share a fetch, with sharing %s, get what each asks for besides',
    async (sharing) => {
      await start(sharing);
      const firsts = [1, 2, 3, 2, 1];
      for (const _time of ['first seen', 'known']) {
        expect(await askAtOnce(firsts.map((first) => ({ query: QUERY, variables: { first } })))).toEqual({
          answers: firsts.map(answerWith),
          fetches: [1, 3],
        });
      }
    },
  );

  it('that fail, fail alike, and the next one does not', async () => {
    await start('all');
    await askAtOnce([operation]);
    shop.products.reply = () => ({ status: 500, body: 'out of order' });
    const failed = await askAtOnce([operation, operation]);
    const error = { path: ['products'], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE', service: 'products' } };

    expect(failed).toMatchObject({ answers: Array(2).fill({ data: { products: null }, errors: [error] }) });
    expect(failed.fetches).toEqual([1, 0]);
    shop.products.reply = replyAsProducts;
    expect((await askAtOnce([operation])).answers).toEqual([answerWith(1)]);
  });

  it('whose variables do not fit are refused alike', async () => {
    await start('all');
    await askAtOnce([operation]);
    const refused = { errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })] };

    expect(await askAtOnce(Array(2).fill({ query: QUERY, variables: { first: 'x' } }))).toEqual({
      answers: [refused, refused],
      fetches: [0, 0],
    });
  });
});

it.each<SharingMode>(['subgraphs', 'all'])(
  'what is shared, with sharing %s, is cut off in the subgraphs when all have left, and is no failure',
  async (sharing) => {
    await start(sharing);
    await askAtOnce([operation]);
    const reached = Promise.withResolvers<void>();
    shop.products.reply = () => {
      reached.resolve();
      return 'never';
    };
    const leaving = new AbortController();
    const answer = fetch(`${shop.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([operation, operation]),
      signal: leaving.signal,
    });
    const failed = expect(answer).rejects.toThrow('aborted');
    await reached.promise;
    leaving.abort();
    await failed;
    while (shop.products.cutOffs === 0) await nextTurn();
    await nextTurn();

    expect(shop.products.requests).toHaveLength(2);
    expect(shop.logLines.filter(({ msg }) => msg === 'a subgraph failed')).toEqual([]);
  },
);

it('tells subgraphs where a client is with its mutations only, since queries of several places may be one', async () => {
  await start('subgraphs', { signingKeys: ['k'.repeat(32)] });
  await shop.ask('{ products { name } }');
  await shop.ask('mutation { rename(name: "Cup") { name } }');

  const told = shop.products.requests.map(({ headers }) => decodeCaller(String(headers[viewerHeaderName])));
  expect(told).toEqual([
    { viewer: null, isExplained: false },
    { viewer: null, isExplained: false, clientAddress: '127.0.0.1' },
  ]);
});

describe('nothing is shared', () => {
  it('between mutations', async () => {
    await start('all');
    const mutation = { query: 'mutation { rename(name: "Cup") { name } }' };
    for (const _time of ['first seen', 'known']) {
      expect((await askAtOnce([mutation, mutation, mutation])).fetches).toEqual([3, 0]);
    }
  });

  it('between explained requests', async () => {
    await start('all');
    const { answers, fetches } = await askAtOnce([operation, operation], { 'x-tributary-explain': '1' });
    const totals = { fetches: 2, statements: 0, loaderBatches: 0, durationMs: expect.any(Number) };

    expect(fetches).toEqual([2, 2]);
    expect(answers).toMatchObject(Array(2).fill({ extensions: { explain: { totals } } }));
  });

  it('beyond the moment', async () => {
    await start('all');
    const fetches = [];
    for (const _time of ['first', 'second', 'third']) fetches.push((await askAtOnce([operation])).fetches);

    expect(fetches).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });
});
