import type { Evidence, Violation } from './evidence.ts';

const RULE = 'what is reserved is what living orders hold';

/** What inventory may say of an order, by what the order says of itself. A cancelled one may have been rejected before it was heard of. */
const STATES: Readonly<Record<string, readonly string[]>> = {
  CONFIRMED: ['RESERVED'],
  REJECTED: ['REJECTED', 'RELEASED'],
  CANCELLED: ['RELEASED', 'REJECTED'],
};

/** Each settled order has its one reservation in the state that goes with it; one that is held has the order's items, all of them. */
export function checkReservations({ orders, items, reservations, reservationLines }: Evidence): Violation[] {
  const stateOf = new Map(reservations.map(({ orderId, state }) => [orderId, state]));
  const itemsOf = Map.groupBy(items, ({ orderId }) => orderId);
  const linesOf = Map.groupBy(reservationLines, ({ orderId }) => orderId);
  const known = new Set(orders.map(({ id }) => id));
  const details = [
    ...reservations
      .filter(({ orderId }) => !known.has(orderId))
      .map(({ orderId }) => `there is no order ${orderId} to reserve for`),
    ...orders.flatMap(({ id, status }) => {
      const states = STATES[status];
      const state = stateOf.get(id);
      if (states === undefined) return [];
      if (state === undefined || !states.includes(state))
        return [`order ${id} is ${status} and its stock ${state ?? 'unheard of'}`];
      if (state !== 'RESERVED') return [];
      const [ordered, reserved] = [contentOf(itemsOf.get(id)), contentOf(linesOf.get(id))];
      return ordered === reserved ? [] : [`order ${id} has ${ordered}, and reserved are ${reserved}`];
    }),
  ];
  return details.map((detail) => ({ rule: RULE, detail }));
}

function contentOf(lines: readonly { productId: string; quantity: number }[] = []): string {
  return lines
    .map(({ productId, quantity }) => `${quantity} of ${productId}`)
    .sort()
    .join(', ');
}
