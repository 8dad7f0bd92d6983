import type { Evidence, Violation } from './evidence.ts';

const RULE = 'stock adds up';

/** Of each product there is as much as before, available or held by confirmed orders; never less than nothing. */
export function checkStock({ stockBefore, stock, orders, items }: Evidence): Violation[] {
  const confirmed = new Set(orders.filter(({ status }) => status === 'CONFIRMED').map(({ id }) => id));
  const held = new Map<string, number>();
  for (const { orderId, productId, quantity } of items) {
    if (confirmed.has(orderId)) held.set(productId, (held.get(productId) ?? 0) + quantity);
  }
  const now = new Map(stock.map((row) => [row.productId, row]));
  return stockBefore.flatMap((before) => {
    const { productId } = before;
    const after = now.get(productId);
    return problemsOf(before, after, held.get(productId) ?? 0).map((problem) => ({
      rule: RULE,
      detail: `product ${productId} ${problem}`,
    }));
  });
}

type Counts = Pick<Evidence['stock'][number], 'available' | 'reserved'>;

function problemsOf(before: Counts, after: Counts | undefined, heldNow: number): string[] {
  if (after === undefined) return ['has no stock any more'];
  const problems: string[] = [];
  if (after.available < 0 || after.reserved < 0)
    problems.push(`has ${after.available} available and ${after.reserved} reserved`);
  const missing = before.available + before.reserved - after.available - after.reserved;
  if (missing > 0) problems.push(`has lost ${missing} units`);
  if (missing < 0) problems.push(`has got ${-missing} units from nowhere`);
  const reserved = after.reserved - before.reserved;
  if (reserved !== heldNow) problems.push(`has ${reserved} units reserved since, and orders hold ${heldNow}`);
  return problems;
}
