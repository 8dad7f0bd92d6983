import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openStream, type StreamClient } from '../testing/stream-client.ts';
import {
  codeOf,
  productOf,
  resultOf,
  SUBSCRIPTION,
  type SubscribingShop,
  startSubscribingShop,
  untilResults,
} from '../testing/subscribing-shop.ts';

let shop: SubscribingShop;
beforeAll(async () => {
  shop = await startSubscribingShop();
});
afterAll(() => shop?.stop());
beforeEach(() => shop.reset());

/** What is asked again as long as it is refused: a place is given back when its connection has ended. */
async function untilServed(ask: () => Promise<StreamClient>): Promise<StreamClient> {
  for (let attempt = 0; ; attempt++) {
    const client = await ask();
    if (client.status === 200 || attempt === 50) return client;
  }
}

describe('who may not subscribe', () => {
  it.each([
    ['without a token', {}, 401, 'UNAUTHENTICATED'],
    ['with a bad token', { authorization: 'Bearer nonsense' }, 401, 'TOKEN_INVALID'],
  ])('%s is refused', async (_who, headers, status, code) => {
    const client = await openStream(shop.gateway.url, { query: SUBSCRIPTION, headers });
    expect([client.status, await codeOf(client)]).toEqual([status, code]);
  });

  it('with more streams than a viewer may have is refused, until one is closed', async () => {
    const clients = [await shop.subscribe(), await shop.subscribe(), await shop.subscribe()];
    const refused = await shop.subscribe();
    expect([refused.status, await codeOf(refused)]).toEqual([429, 'TOO_MANY_SUBSCRIPTIONS']);
    const other = await shop.subscribe({ headers: await shop.as('usr_2') });
    expect(other.status).toBe(200);
    await clients[0]?.close();
    expect((await untilServed(() => shop.subscribe())).status).toBe(200);
  });

  it('beyond what this gateway takes is told to come again', async () => {
    for (const viewer of ['usr_1', 'usr_2', 'usr_3', 'usr_4', 'usr_5'])
      await shop.subscribe({ headers: await shop.as(viewer) });
    const refused = await shop.subscribe({ headers: await shop.as('usr_6') });
    expect([refused.status, refused.headers['retry-after'], await codeOf(refused)]).toEqual([
      503,
      '5',
      'SUBSCRIPTIONS_UNAVAILABLE',
    ]);
  });

  it('while events cannot be heard is told to come again, and takes no place', async () => {
    shop.events.isAway = true;
    for (let attempt = 0; attempt < 6; attempt++) {
      const refused = await shop.subscribe();
      expect([refused.status, await codeOf(refused)]).toEqual([503, 'SUBSCRIPTIONS_UNAVAILABLE']);
    }
    shop.events.isAway = false;
    expect((await shop.subscribe()).status).toBe(200);
  });
});

describe('an operation that is no subscription that can be served', () => {
  it.each([
    ['that is not valid', 'subscription { productChanged { price } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['of two fields', 'subscription { productChanged { id } secretChanged { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['whose field has no event', 'subscription { nothingChanged { id } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['whose field is not for this viewer', 'subscription { secretChanged { id } }', 'UNAUTHORIZED_FIELD_OR_TYPE'],
    [
      'with variables that do not fit',
      'subscription ($id: ID!) { productChanged(productId: $id) { id } }',
      'BAD_USER_INPUT',
    ],
    [
      'under a condition',
      'subscription ($is: Boolean!) { productChanged @include(if: $is) { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'under a condition in a fragment',
      'subscription { ...F } fragment F on Subscription { ...F ... @skip(if: false) { productChanged { id } } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['that is too large', `subscription { productChanged { ${'id '.repeat(2_000)} } }`, 'OPERATION_TOO_LARGE'],
  ])('%s is told so in the stream, which is complete then', async (_what, query, code) => {
    const client = await shop.subscribe({ query });
    await client.ended;
    expect(client.status).toBe(200);
    expect(client.blocks.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(client.results().map(({ errors: [first] }) => first.extensions.code)).toEqual([code]);
    expect(shop.gateway.products.requests).toEqual([]);
  });

  it('is answered in a stream all the same', async () => {
    shop.gateway.products.reply = () => ({ body: { data: { product: productOf('1') } } });
    const client = await shop.subscribe({ query: '{ product(id: "1") { name } }' });
    await client.ended;
    expect(client.blocks.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(client.results()).toEqual([{ data: { product: { name: 'Product 1' } } }]);
  });

  it('is not executed by a GET when it changes something, known or not', async () => {
    shop.gateway.products.reply = () => ({ body: { data: { rename: productOf('1') } } });
    const query = 'mutation { rename(name: "Cup") { name } }';
    await (await shop.subscribe({ query })).ended;
    expect(shop.gateway.products.requests).toHaveLength(1);
    const client = await shop.subscribe({ query, isGet: true });
    expect([client.status, await codeOf(client)]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(shop.gateway.products.requests).toHaveLength(1);
  });

  it('is refused as a subscription that does not accept a stream', async () => {
    const { status, answer } = await shop.gateway.ask(SUBSCRIPTION, await shop.as('usr_1'));
    expect([status, answer.errors[0]?.extensions['code']]).toEqual([406, 'SUBSCRIPTION_NEEDS_EVENT_STREAM']);
  });

  it('is refused in a list', async () => {
    const response = await shop.gateway.post([{ query: SUBSCRIPTION }], { accept: 'text/event-stream' });
    expect(response.status).toBe(400);
  });
});

describe('a viewer who may not subscribe to a field', () => {
  it('is told which, as in a query', async () => {
    const client = await shop.subscribe({ query: 'subscription { news: secretChanged { id } }' });
    await client.ended;
    expect(client.results()).toEqual([
      {
        data: null,
        errors: [{ message: expect.any(String), path: ['news'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
      },
    ]);
  });

  it('is told of to whoever keeps an audit log', async () => {
    const { promise: told, resolve } = Promise.withResolvers<unknown>();
    const log = createServer(async (message, target) => {
      resolve(await json(message));
      target.end();
    }).listen(0, '127.0.0.1');
    await once(log, 'listening');
    const { port } = log.address() as AddressInfo;
    const audited = await startSubscribingShop({ audit: { url: `http://127.0.0.1:${port}/`, subgraph: 'log' } });
    await audited.subscribe({ query: 'subscription { news: secretChanged { id } }' });
    expect(await told).toMatchObject({
      refusals: [{ viewerId: 'usr_1', code: 'UNAUTHORIZED_FIELD_OR_TYPE', path: 'news', times: 1 }],
    });
    await audited.stop();
    log.close();
  });
});

describe('a persisted subscription', () => {
  it('is opened by its hash', async () => {
    const sha256Hash = createHash('sha256').update(SUBSCRIPTION).digest('hex');
    const extensions = { persistedQuery: { version: 1, sha256Hash } };
    const unknown = await shop.subscribe({ body: { extensions } });
    await unknown.ended;
    expect(unknown.results()).toMatchObject([{ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }] }]);
    const registering = await shop.subscribe({ body: { query: SUBSCRIPTION, extensions } });
    const known = await shop.subscribe({ body: { extensions } });
    await shop.announce('7');
    for (const client of [registering, known]) expect(await untilResults(client, 1)).toEqual([resultOf('7')]);
  });
});
