import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { viewerHeaderName } from '@tributary/runtime/signature/signature';
import { decodeCaller } from '@tributary/runtime/signature/vouched-caller';
import type { StreamAsked } from '../testing/stream-client.ts';
import {
  productOf,
  replyWithProduct,
  resultOf,
  type SubscribingShop,
  startSubscribingShop,
  until,
  untilResults,
} from '../testing/subscribing-shop.ts';

let shop: SubscribingShop;
beforeAll(async () => {
  shop = await startSubscribingShop();
});
afterAll(() => shop?.stop());
beforeEach(() => shop.reset());

describe('a stream', () => {
  it('brings each event as it happens, resolved through the graph for its viewer', async () => {
    const client = await shop.subscribe();
    expect([client.status, client.headers['content-type'], client.headers['x-accel-buffering']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no',
    ]);
    await shop.announce('7');
    await shop.announce('8');
    expect(await untilResults(client, 2)).toEqual([resultOf('7'), resultOf('8')]);
    expect(shop.gateway.products.requests).toMatchObject([
      {
        query: expect.stringContaining('productChanged:product(id:$event_id)'),
        headers: { 'x-tributary-minimum-positions': '{"catalog":4096}' },
      },
      {},
    ]);
  });

  it('asks subgraphs as its viewer, and with the viewer of no other', async () => {
    const clients = [await shop.subscribe(), await shop.subscribe({ headers: await shop.as('usr_2') })];
    await shop.announce('7', 'usr_1');
    await shop.announce('8', 'usr_2');
    await Promise.all(clients.map((client) => untilResults(client, 1)));
    const askedFor = shop.gateway.products.requests.map(({ variables, headers }) => [
      variables['event_id'],
      decodeCaller(String(headers[viewerHeaderName])).viewer?.userId,
    ]);
    expect(askedFor.toSorted()).toEqual([
      ['7', 'usr_1'],
      ['8', 'usr_2'],
    ]);
  });

  it('never brings what happened to somebody else, whoever it is', async () => {
    const mine = await shop.subscribe();
    const theirs = await shop.subscribe({ headers: await shop.as('usr_2') });
    for (let number = 0; number < 40; number++) await shop.announce(String(number), number % 2 ? 'usr_1' : 'usr_2');
    await Promise.all([untilResults(mine, 20), untilResults(theirs, 20)]);
    expect(mine.results().every(({ data }) => Number(data.productChanged.id) % 2 === 1)).toBe(true);
    expect(theirs.results().every(({ data }) => Number(data.productChanged.id) % 2 === 0)).toBe(true);
  });

  it('leaves out what its viewer may not see, or what is gone', async () => {
    shop.gateway.products.reply = ({ variables }) => ({
      body: { data: { productChanged: variables['event_id'] === '7' ? null : productOf('8') } },
    });
    const client = await shop.subscribe();
    await shop.announce('7');
    await shop.announce('8');
    expect(await untilResults(client, 1)).toEqual([resultOf('8')]);
  });

  it('says so when an event cannot be resolved, and goes on', async () => {
    const client = await shop.subscribe();
    shop.gateway.products.reply = () => 'reset';
    await shop.announce('7');
    const [failed] = await untilResults(client, 1);
    expect(failed).toEqual({ data: null, errors: [expect.objectContaining({ path: ['productChanged'] })] });
    shop.gateway.products.reply = replyWithProduct;
    await shop.announce('8');
    expect((await untilResults(client, 2))[1]).toEqual(resultOf('8'));
  });

  it.each<[string, StreamAsked]>([
    ['in the document', { query: 'subscription { productChanged(productId: "8") { id name } }' }],
    [
      'in a variable',
      {
        query: 'subscription Changes($product: ID) { productChanged(productId: $product) { id name } }',
        variables: { product: '8' },
      },
    ],
  ])('brings only what an argument %s asks for', async (_where, asked) => {
    const client = await shop.subscribe(asked);
    for (const id of ['7', '8', '9']) await shop.announce(id);
    await shop.announce('8');
    expect(await untilResults(client, 2)).toEqual([resultOf('8'), resultOf('8')]);
  });

  it('goes by the names that the client gave, in fragments, with conditions and variables', async () => {
    shop.gateway.products.reply = ({ variables }) => ({
      body: { data: { news: { __typename: 'Product', id: variables['event_id_'], label: `${variables['length']}` } } },
    });
    const client = await shop.subscribe({
      query: `subscription ($event_id: ID, $length: Int = 3, $named: Boolean!) { ... { ...Root } }
        fragment Root on Subscription { news: productChanged(productId: $event_id) { ...Named } }
        fragment Named on Product { id label: name(length: $length) @include(if: $named) }`,
      variables: { named: true, length: 3 },
    });
    await shop.announce('7');
    expect(await untilResults(client, 1)).toEqual([{ data: { news: { id: '7', label: '3' } } }]);
  });

  it('is kept alive by comments that tell how far its client has heard', async () => {
    const client = await shop.subscribe();
    const [, beat] = await until(
      () => client.blocks.filter(({ id }) => id !== undefined),
      ({ length }) => length >= 3,
    );
    expect(beat).toMatchObject({ comment: '', event: undefined, data: undefined });
    expect(client.results()).toEqual([]);
  });

  it('takes fields that its viewer may not see for null, as queries do', async () => {
    const client = await shop.subscribe({ query: 'subscription { productChanged { id name secret } }' });
    await shop.announce('7');
    const [result] = await untilResults(client, 1);
    expect(result).toMatchObject({
      data: { productChanged: { id: '7', secret: null } },
      errors: [{ path: ['productChanged', 'secret'], extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }],
    });
  });
});
