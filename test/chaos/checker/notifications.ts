import type { Evidence, Violation } from './evidence.ts';
import { requestsOf } from './requests.ts';
import { numberOfId } from './typed-id.ts';

const RULE = 'an event acts once';

const KINDS = ['CONFIRMED', 'REJECTED', 'CANCELLED'];

/** Buyers hear once of each thing that became of an order, of nothing else, and nobody hears of another one's. */
export function checkNotifications({ log, orders, notifications }: Evidence): Violation[] {
  const shownConfirmed = new Set(
    requestsOf(log).flatMap(({ outcome }) =>
      outcome !== undefined && 'order' in outcome && outcome.order.status === 'CONFIRMED'
        ? [numberOfId(outcome.order.id)]
        : [],
    ),
  );
  const noticesOf = Map.groupBy(notifications, ({ orderId }) => orderId);
  const known = new Set(orders.map(({ id }) => id));
  const details = [
    ...notifications
      .filter(({ orderId }) => !known.has(orderId))
      .map(({ kind, orderId }) => `${kind} tells of order ${orderId}, which is not there`),
    ...orders.flatMap(({ id, buyerId, status }) => {
      const notices = noticesOf.get(id) ?? [];
      const misled = notices
        .filter(({ userId }) => userId !== buyerId)
        .map(({ kind, userId }) => `user ${userId} hears of order ${id}: ${kind}`);
      const miscounted = KINDS.flatMap((kind) => {
        const count = notices.filter((notice) => notice.kind === `ORDER_${kind}`).length;
        const isExpected = kind === status || (kind === 'CONFIRMED' && shownConfirmed.has(id));
        // A cancelled order may have been confirmed for a moment that nobody saw.
        const isPossible = isExpected || (kind === 'CONFIRMED' && status === 'CANCELLED');
        const isRight = isExpected ? count === 1 : count <= (isPossible ? 1 : 0);
        return isRight ? [] : [`order ${id} is ${status}, and its buyer hears ${count} times that it is ${kind}`];
      });
      return [...misled, ...miscounted];
    }),
  ];
  return details.map((detail) => ({ rule: RULE, detail }));
}
