import type { OrderInput, ShownOrder } from '../clients/client-log.ts';
import type { Evidence, OrderItemRow, OrderRow, Violation } from './evidence.ts';
import { requestsOf } from './requests.ts';
import { numberOfId } from './typed-id.ts';

const RULE = 'an acknowledged order exists once, as it was acknowledged';

/** Every order that somebody was told of is there once, in one database, is theirs, and is what they asked for and were shown. */
export function checkAcknowledgedOrders({ log, orders, items }: Evidence): Violation[] {
  const rowsOf = Map.groupBy(orders, ({ id }) => id);
  const itemsOf = Map.groupBy(items, ({ orderId }) => orderId);
  const seen = new Set<string>();
  return requestsOf(log).flatMap(({ outcome, userId, ...request }) => {
    if (outcome === undefined || !('order' in outcome)) return [];
    const { order } = outcome;
    const promised = request.act === 'place' ? request.input : order;
    const promise = JSON.stringify([order.id, userId, contentOf(order), contentOf(promised)]);
    // Repeats that were told the same are one promise.
    if (seen.has(promise)) return [];
    seen.add(promise);
    const id = numberOfId(order.id);
    const problem = problemOf(rowsOf.get(id) ?? [], itemsOf.get(id) ?? [], { order, promised, userId });
    return problem === undefined ? [] : [{ rule: RULE, detail: `${order.id} ${problem}` }];
  });
}

function problemOf(
  rows: readonly OrderRow[],
  items: readonly OrderItemRow[],
  { order, promised, userId }: { order: ShownOrder; promised: OrderInput; userId: string },
): string | undefined {
  const [row, ...others] = rows;
  if (row === undefined) return 'is lost';
  if (others.length > 0) return `is in ${rows.map(({ database }) => database).join(' and ')}`;
  if (row.buyerId !== userId) return `belongs to user ${row.buyerId}, not to ${userId}`;
  const stored = contentOf({
    ...row,
    lines: items.toSorted((left, right) => left.position - right.position).map((item) => ({ ...item })),
  });
  for (const [what, content] of [
    ['asked for', contentOf(promised)],
    ['shown', contentOf(order)],
  ]) {
    if (content !== stored) return `is ${stored} and was ${what} as ${content}`;
  }
  const totalMinor = order.lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
  if (row.totalMinor !== totalMinor) return `costs ${row.totalMinor} instead of ${totalMinor}`;
  if (order.totalMinor !== totalMinor) return `was said to cost ${order.totalMinor} instead of ${totalMinor}`;
  return undefined;
}

/** One text for one content, whichever form its product ids have. */
export function contentOf({ currency, shippingCountry, lines }: OrderInput): string {
  const parts = lines.map(({ productId, quantity, unitPriceMinor }) => {
    const number = productId.includes('_') ? numberOfId(productId) : productId;
    return `${quantity} of ${number} at ${unitPriceMinor}`;
  });
  return `${parts.join(', ')} in ${currency} to ${shippingCountry}`;
}
