import type { Evidence, Violation } from './evidence.ts';
import { requestsOf } from './requests.ts';
import { numberOfId } from './typed-id.ts';

const RULE = 'an order is settled, and what was said of it holds';

const SETTLED = new Set(['CONFIRMED', 'REJECTED', 'CANCELLED']);
/** What may become of an order after somebody was shown it in a status. */
const FOLLOWERS: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['CONFIRMED', 'REJECTED', 'CANCELLED'],
  CONFIRMED: ['CONFIRMED', 'CANCELLED'],
  REJECTED: ['REJECTED'],
  CANCELLED: ['CANCELLED'],
};

/** No order is left PENDING, and none is in a status that does not follow from the one in which its buyer was shown it. */
export function checkOrderStatuses({ log, orders }: Evidence): Violation[] {
  const statusOf = new Map(orders.map(({ id, status }) => [id, status]));
  const unsettled = orders
    .filter(({ status }) => !SETTLED.has(status))
    .map(({ id, status }) => `order ${id} is ${status} for ever`);
  const broken = requestsOf(log).flatMap(({ outcome }) => {
    if (outcome === undefined || !('order' in outcome)) return [];
    const { id, status: shown } = outcome.order;
    const status = statusOf.get(numberOfId(id));
    // An order that is lost, or not settled, is told of elsewhere.
    if (status === undefined || !SETTLED.has(status)) return [];
    if (outcome.kind === 'cancelled' && status !== 'CANCELLED') return [`${id} was cancelled and is ${status}`];
    return FOLLOWERS[shown]?.includes(status) ? [] : [`${id} was ${shown} and is ${status}`];
  });
  return [...new Set([...unsettled, ...broken])].map((detail) => ({ rule: RULE, detail }));
}
