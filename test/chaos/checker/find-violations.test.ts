import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { startTestDatabases, type TestDatabases } from '../../kit/test-databases.ts';
import {
  ARNE,
  CUP,
  cancelling,
  JUG,
  judge,
  noticeSql,
  ORDERS,
  placed,
  placing,
  shown,
  type Tampering,
} from './judged-world.ts';

const { kept, cancelled, rejected, theirs } = ORDERS;
const unheardOf = kept.id + 99n;

let test: TestDatabases;
beforeAll(async () => {
  test = await startTestDatabases({ name: 'chaos_checker' });
}, 120_000);
afterAll(() => test?.close());

const verdict = async (tampering: Tampering) =>
  (await judge(test, tampering)).map(({ rule, detail }) => `${rule}: ${detail}`);

describe('the checker of a run', () => {
  it('finds nothing wrong with a run in which nothing went wrong', async () => {
    expect(await verdict({})).toEqual([]);
  });

  it.each<[string, Tampering, RegExp]>([
    [
      'an acknowledged order is lost',
      { sql: { shard_0: `DELETE FROM orders WHERE id = ${kept.id}` } },
      /ord_\w+ is lost/,
    ],
    [
      'an order is in two databases',
      {
        sql: {
          shard_1: `SET tributary.moving_shards = 'on';
            INSERT INTO orders (id, buyer_id, status, currency, total_minor, shipping_country)
              VALUES (${kept.id}, ${kept.buyer}, 'CONFIRMED', 'EUR', 750, 'DE')`,
        },
      },
      /is in shard_0 and shard_1/,
    ],
    [
      'an order has other items than were asked for',
      { sql: { shard_0: `UPDATE order_items SET quantity = 9 WHERE order_id = ${kept.id} AND position = 1` } },
      /9 of \d+ at 250 in EUR to DE and was asked for as 2 of/,
    ],
    [
      'an order goes elsewhere',
      { sql: { shard_0: `UPDATE orders SET shipping_country = 'FR' WHERE id = ${kept.id}` } },
      /to FR and was asked for as .* to DE/,
    ],
    [
      'an order costs something else than its items',
      { sql: { shard_0: `UPDATE orders SET total_minor = 1 WHERE id = ${kept.id}` } },
      /costs 1 instead of 750/,
    ],
    [
      'an order is of another buyer',
      { sql: { shard_0: `UPDATE orders SET buyer_id = ${ARNE} WHERE id = ${kept.id}` } },
      new RegExp(`belongs to user ${ARNE}, not to ${kept.buyer}`),
    ],
    [
      'a repeat made a second order',
      {
        sql: {
          shard_0: `INSERT INTO orders (id, buyer_id, status, currency, total_minor, shipping_country)
            VALUES (${unheardOf}, ${kept.buyer}, 'CONFIRMED', 'EUR', 750, 'DE')`,
        },
      },
      new RegExp(`no key stands for order ${unheardOf}`),
    ],
    [
      'two keys stand for one order',
      {
        sql: {
          shard_0: `INSERT INTO idempotency_keys (owner_id, operation, key, request_hash, response)
            VALUES (${kept.buyer}, 'placeOrder', 'another', '', '{"orderId": "${encodeId('order', kept.id)}"}')`,
        },
      },
      new RegExp(`2 keys stand for order ${kept.id}`),
    ],
    [
      'an order was never asked for',
      { log: (log) => log.filter((entry) => entry.kind === 'joined') },
      new RegExp(`nobody asked for order ${theirs.id}`),
    ],
    [
      'a repeat was told of another order',
      { log: (log) => [...log, ...placing(90, kept, { kind: 'placed', order: shown(cancelled) })] },
      /key key-11 was answered with ord_\w+ and ord_\w+/,
    ],
    [
      'a key was answered with an order that it does not stand for',
      {
        sql: {
          shard_0: `UPDATE idempotency_keys SET response = '{"orderId": "${encodeId('order', cancelled.id)}"}' WHERE key = 'key-11'`,
        },
      },
      /key key-11 was answered with ord_\w+ and stands for ord_\w+/,
    ],
    [
      'a repeat was refused as another input',
      { log: (log) => [...log, ...placing(90, kept, { kind: 'key-reused' })] },
      /key key-11 was refused for the very input of its order/,
    ],
    [
      'a key was refused that nobody had used',
      { log: (log) => [...log, ...placing(90, { ...kept, key: 'fresh' }, { kind: 'key-reused' })] },
      /key fresh was refused as used, and stands for nothing/,
    ],
    [
      'a key is never answered, however often it is sent',
      {
        log: (log) => [
          ...log,
          ...placing(90, { ...kept, key: 'unheard' }, { kind: 'failed', reason: 'TimeoutError' }),
          ...placing(91, { ...kept, key: 'unheard' }, { kind: 'failed', reason: 'IDEMPOTENCY_KEY_BUSY' }),
        ],
      },
      /^whoever goes on asking is answered: key unheard was sent 2 times, and last told IDEMPOTENCY_KEY_BUSY$/,
    ],
    [
      'an order was refused without a reason',
      { log: (log) => [...log, ...placing(90, kept, { kind: 'refused', code: 'PRODUCTS_UNAVAILABLE' })] },
      /key key-11 was refused with PRODUCTS_UNAVAILABLE/,
    ],
    [
      'an outage was told of as a defect',
      { log: (log) => [...log, ...cancelling(90, kept, { kind: 'failed', reason: 'INTERNAL_SERVER_ERROR' })] },
      /the cancellation of ord_\w+ failed with INTERNAL_SERVER_ERROR/,
    ],
    [
      'an order is stuck',
      { sql: { shard_1: `UPDATE orders SET status = 'PENDING' WHERE id = ${theirs.id}` } },
      new RegExp(`order ${theirs.id} is PENDING for ever`),
    ],
    [
      'a cancelled order came back',
      { sql: { shard_0: `UPDATE orders SET status = 'CONFIRMED' WHERE id = ${cancelled.id}` } },
      /ord_\w+ was cancelled and is CONFIRMED/,
    ],
    [
      'a confirmed order was rejected after all',
      { sql: { shard_0: `UPDATE orders SET status = 'REJECTED', rejection = '{}' WHERE id = ${kept.id}` } },
      /ord_\w+ was CONFIRMED and is REJECTED/,
    ],
    [
      'nothing is reserved for a confirmed order',
      { sql: { catalog: `DELETE FROM stock_reservations WHERE order_id = ${kept.id}` } },
      new RegExp(`order ${kept.id} is CONFIRMED and its stock unheard of`),
    ],
    [
      'a cancelled order keeps its units',
      { sql: { catalog: `UPDATE stock_reservations SET state = 'RESERVED' WHERE order_id = ${cancelled.id}` } },
      new RegExp(`order ${cancelled.id} is CANCELLED and its stock RESERVED`),
    ],
    [
      'only some items of an order are reserved',
      { sql: { catalog: `DELETE FROM stock_reservation_lines WHERE order_id = ${kept.id} AND product_id = ${CUP}` } },
      new RegExp(`order ${kept.id} has 1 of ${CUP}, 2 of ${JUG}, and reserved are 2 of ${JUG}`),
    ],
    [
      'something is reserved for an order that is not there',
      { sql: { catalog: `INSERT INTO stock_reservations (order_id, state) VALUES (${unheardOf}, 'RESERVED')` } },
      new RegExp(`there is no order ${unheardOf} to reserve for`),
    ],
    [
      'units were given back twice',
      {
        sql: {
          catalog: `UPDATE stock SET available = available + 1, reserved = reserved - 1 WHERE product_id = ${CUP}`,
        },
      },
      new RegExp(`product ${CUP} has 0 units reserved since, and orders hold 1`),
    ],
    [
      'units are lost',
      { sql: { catalog: `UPDATE stock SET available = available - 2 WHERE product_id = ${CUP}` } },
      new RegExp(`product ${CUP} has lost 2 units`),
    ],
    [
      'units came from nowhere',
      { sql: { catalog: `UPDATE stock SET available = available + 2 WHERE product_id = ${CUP}` } },
      new RegExp(`product ${CUP} has got 2 units from nowhere`),
    ],
    [
      'a buyer hears twice of the same',
      { sql: { shard_0: noticeSql(kept, 'CONFIRMED') } },
      new RegExp(`order ${kept.id} is CONFIRMED, and its buyer hears 2 times that it is CONFIRMED`),
    ],
    [
      'a buyer never hears what became of an order',
      { sql: { shard_1: `DELETE FROM notifications WHERE subject_id = ${rejected.id}` } },
      new RegExp(`order ${rejected.id} is REJECTED, and its buyer hears 0 times that it is REJECTED`),
    ],
    [
      'a buyer hears of what never was',
      { sql: { shard_1: noticeSql(theirs, 'CANCELLED') } },
      new RegExp(`order ${theirs.id} is CONFIRMED, and its buyer hears 1 times that it is CANCELLED`),
    ],
    [
      'a buyer who was shown a confirmed order never heard of it',
      {
        sql: { shard_0: `DELETE FROM notifications WHERE subject_id = ${cancelled.id} AND kind = 'ORDER_CONFIRMED'` },
      },
      new RegExp(`order ${cancelled.id} is CANCELLED, and its buyer hears 0 times that it is CONFIRMED`),
    ],
    [
      'somebody hears of the order of somebody else',
      { sql: { shard_0: noticeSql({ id: kept.id, buyer: ARNE }, 'CONFIRMED') } },
      new RegExp(`user ${ARNE} hears of order ${kept.id}`),
    ],
    [
      'somebody hears of no order',
      { sql: { shard_0: noticeSql({ id: unheardOf, buyer: kept.buyer }, 'CONFIRMED') } },
      new RegExp(`tells of order ${unheardOf}, which is not there`),
    ],
    [
      'an event was never published',
      {
        sql: {
          shard_0: `INSERT INTO outbox (id, producer, aggregate_id, name, version, payload)
            VALUES (${unheardOf}, 'orders', ${kept.id}, 'OrderPlaced', 1, '{}')`,
        },
      },
      /outbox of shard_0: 1 events/,
    ],
    ['an event was never handled', { sql: { catalog: messageSql('NULL') } }, /queue inventory: 1 events/],
    ['an event was given up', { sql: { catalog: messageSql('now()') } }, /dead letters of inventory: 1 events/],
    [
      'the broker still holds an event',
      {
        brokerQueues: [
          { where: 'tributary.queue.orders.dead', events: 1 },
          { where: 'tributary.queue.orders.0', events: 0 },
        ],
      },
      /^every event reaches its consumers: tributary.queue.orders.dead: 1 events$/,
    ],
  ])('says so when %s', async (_what, tampering, complaint) => {
    expect(await verdict(tampering)).toContainEqual(expect.stringMatching(complaint));
  });

  it('takes what a cancellation was shown for a promise, too', async () => {
    const other = { ...shown(rejected), shippingCountry: 'IT' };
    const log = cancelling(90, rejected, { kind: 'not-cancellable', order: other });
    expect(await verdict({ log: (good) => [...good, ...log] })).toEqual([
      expect.stringMatching(/to DE and was asked for as .* to IT/),
    ]);
  });

  it('does not mind how often a promise was repeated', async () => {
    expect(await verdict({ log: (log) => [...log, ...placed(90, kept), ...placed(91, kept)] })).toEqual([]);
  });
});

function messageSql(deadAt: string): string {
  return `INSERT INTO queue_messages (queue, event_id, aggregate_id, name, version, payload, occurred_at, dead_at)
    VALUES ('inventory', 1, 1, 'OrderPlaced', 1, '{}', now(), ${deadAt})`;
}
