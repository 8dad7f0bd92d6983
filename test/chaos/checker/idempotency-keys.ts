import { contentOf } from './acknowledged-orders.ts';
import type { Evidence, OrderRow, Violation } from './evidence.ts';
import { type ClientRequest, requestsOf } from './requests.ts';
import { numberOfId } from './typed-id.ts';

const RULE = 'a key stands for one order, whoever repeats it';

/** One order a key and a key for every order; every repeat was told of the same one, and only another input was refused. */
export function checkIdempotencyKeys(evidence: Evidence): Violation[] {
  const placings = requestsOf(evidence.log).filter((request) => request.act === 'place');
  const placingsOf = Map.groupBy(placings, ({ userId, key }) => `${userId} ${key}`);
  const details = [
    ...unaskedOrders(evidence, placingsOf),
    ...[...placingsOf].flatMap(([owned, repeats]) => strayAnswers(owned, repeats, evidence)),
  ];
  return details.map((detail) => ({ rule: RULE, detail }));
}

/** Orders that no key stands for, or several, or one that nobody sent. */
function unaskedOrders({ orders, keys }: Evidence, placingsOf: ReadonlyMap<string, unknown>): string[] {
  const keysOf = Map.groupBy(keys, ({ orderId }) => numberOfId(orderId));
  return orders.flatMap(({ id, buyerId }) => {
    const own = keysOf.get(id) ?? [];
    const [key] = own;
    if (key === undefined) return [`no key stands for order ${id}`];
    if (own.length > 1) return [`${own.length} keys stand for order ${id}`];
    if (key.ownerId !== buyerId) return [`order ${id} of user ${buyerId} has a key of user ${key.ownerId}`];
    return placingsOf.has(`${buyerId} ${key.key}`) ? [] : [`nobody asked for order ${id} with key ${key.key}`];
  });
}

type Placing = ClientRequest & { act: 'place' };

function strayAnswers(owned: string, repeats: readonly Placing[], { keys, orders, items }: Evidence): string[] {
  const key = owned.split(' ')[1];
  const told = new Set(repeats.flatMap(({ outcome }) => (outcome?.kind === 'placed' ? [outcome.order.id] : [])));
  if (told.size > 1) return [`key ${key} was answered with ${[...told].join(' and ')}`];
  const stored = keys.find((row) => `${row.ownerId} ${row.key}` === owned);
  const [orderId] = told;
  if (orderId !== undefined && stored?.orderId !== orderId) {
    return [`key ${key} was answered with ${orderId} and stands for ${stored?.orderId ?? 'nothing'}`];
  }
  const order = stored && orders.find(({ id }) => id === numberOfId(stored.orderId));
  return repeats.flatMap(({ input, outcome }) => {
    if (outcome?.kind !== 'key-reused') return [];
    if (order === undefined) return [`key ${key} was refused as used, and stands for nothing`];
    const isOwn = contentOf(input) === contentOf({ ...order, lines: linesOf(order, items) });
    return isOwn ? [`key ${key} was refused for the very input of its order`] : [];
  });
}

function linesOf({ id }: OrderRow, items: Evidence['items']) {
  return items.filter(({ orderId }) => orderId === id).toSorted((left, right) => left.position - right.position);
}
