import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openStream } from '../testing/stream-client.ts';
import {
  productOf,
  replyWithProduct,
  resultOf,
  SUBSCRIPTION,
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

describe('a stream that is resumed', () => {
  it('brings all that happened meanwhile, once', async () => {
    const first = await shop.subscribe();
    await shop.announce('1');
    await shop.announce('2');
    await untilResults(first, 2);
    await first.close();
    await shop.announce('3');
    await shop.announce('4');
    const second = await shop.subscribe({ headers: { 'last-event-id': first.lastEventId() ?? '' } });
    await shop.announce('5');
    expect(await untilResults(second, 3)).toEqual([resultOf('3'), resultOf('4'), resultOf('5')]);
  });

  it('brings all that happened after it was opened, though it had heard of nothing', async () => {
    const first = await shop.subscribe();
    await until(first.lastEventId, (id) => id !== undefined);
    await first.close();
    await shop.announce('3');
    const second = await shop.subscribe({ headers: { 'last-event-id': first.lastEventId() ?? '' } });
    expect(await untilResults(second, 1)).toEqual([resultOf('3')]);
  });

  it.each([
    ['what happened meanwhile', undefined, [resultOf('3'), resultOf('4')]],
    ['that events may be missing', 'long ago', [expect.objectContaining({ errors: expect.anything() })]],
  ])('brings %s to a client that was cut off again before it had heard of that', async (_what, place, news) => {
    const first = await shop.subscribe();
    await until(first.lastEventId, (id) => id !== undefined);
    await first.close();
    await shop.announce('3');
    await shop.announce('4');
    const resume = (id = '') => shop.subscribe({ headers: { 'last-event-id': id } });
    shop.gateway.products.reply = () => 'never';
    const second = await resume(place ?? first.lastEventId());
    const [opening] = await until(
      () => second.blocks,
      ({ length }) => length > 0,
    );
    await second.close();
    shop.gateway.products.reply = replyWithProduct;
    const third = await resume(opening?.id);
    expect(await untilResults(third, news.length)).toEqual(news);
  });

  it('says so when events may be missing, and goes on', async () => {
    const client = await shop.subscribe({ headers: { 'last-event-id': 'long ago' } });
    await shop.announce('7');
    const [gap, result] = await untilResults(client, 2);
    expect(gap).toMatchObject({ errors: [{ extensions: { code: 'SUBSCRIPTION_EVENTS_MISSED' } }] });
    expect(result).toEqual(resultOf('7'));
  });

  it('brings what was missed while this gateway heard of nothing, once', async () => {
    const client = await shop.subscribe();
    await shop.announce('1');
    await untilResults(client, 1);
    shop.events.disconnect();
    await shop.announce('2');
    await shop.announce('3');
    shop.events.reconnect();
    await shop.announce('4');
    expect(await untilResults(client, 4)).toEqual(['1', '2', '3', '4'].map(resultOf));
  });

  it('is told of a gap when events were lost while it was open', async () => {
    const client = await shop.subscribe();
    shop.events.lose();
    await shop.announce('7');
    const results = await untilResults(client, 2);
    expect(results).toMatchObject([
      { errors: [{ extensions: { code: 'SUBSCRIPTION_EVENTS_MISSED' } }] },
      resultOf('7'),
    ]);
  });
});

describe('the end of a stream', () => {
  it('comes with the end of its token, and nothing is told after it', async () => {
    const client = await shop.subscribe({
      headers: await shop.as('usr_1', { exp: Math.floor(Date.now() / 1_000) + 1 }),
    });
    await shop.announce('7');
    await untilResults(client, 1);
    await client.ended;
    await shop.announce('8');
    expect(client.blocks.at(-1)).toMatchObject({ comment: 'closing TOKEN_EXPIRED', event: undefined });
    expect(client.results()).toEqual([resultOf('7')]);
  });

  it('comes for a client that takes nothing, which finds all of it when it comes back', async () => {
    const big = 'x'.repeat(1024 * 1024);
    shop.gateway.products.reply = ({ variables }) => ({
      body: { data: { productChanged: { ...productOf(String(variables['event_id'])), name: big } } },
    });
    const slow = await shop.subscribe({ isIdle: true });
    for (let number = 0; number < 30; number++) await shop.announce(String(number));
    await until(
      () => shop.gateway.logLines.filter(({ code }) => code === 'SUBSCRIPTION_TOO_SLOW'),
      ({ length }) => length === 1,
    );
    slow.read();
    await slow.ended;
    shop.gateway.products.reply = replyWithProduct;
    const ids = slow.results().map(({ data }) => data.productChanged.id);
    expect(ids.length).toBeLessThan(30);
    const resumed = await shop.subscribe({ headers: { 'last-event-id': slow.lastEventId() ?? '' } });
    const rest = await untilResults(resumed, 30 - ids.length);
    expect([...ids, ...rest.map(({ data }) => data.productChanged.id)]).toEqual(
      Array.from({ length: 30 }, (_, number) => String(number)),
    );
  }, 20_000);

  it('comes when the gateway stops, without completing it', async () => {
    const stopping = await shop.startAnother();
    const client = await openStream(stopping.url, { query: SUBSCRIPTION, headers: await shop.as('usr_1') });
    const beganAtMs = performance.now();
    await stopping.stop();
    await client.ended;
    expect(performance.now() - beganAtMs).toBeLessThan(4_000);
    expect(client.blocks.at(-1)).toMatchObject({ comment: 'closing SUBSCRIPTIONS_UNAVAILABLE', event: undefined });
    const elsewhere = await shop.subscribe({ headers: { 'last-event-id': client.lastEventId() ?? '' } });
    await shop.announce('7');
    expect(await untilResults(elsewhere, 1)).toEqual([resultOf('7')]);
  });
});
