import type { OrderBooks } from './order-books.ts';
import type { SaleReport } from './sale.ts';

/** A sale from its first order to the last one that was settled. */
export interface HotProductRun {
  readonly buyers: number;
  readonly units: number;
  readonly sale: SaleReport;
  readonly books: OrderBooks;
  /** From the first order on. */
  readonly settledAfterS: number;
  /** What carried the events. */
  readonly queue: string;
  /** Of the machine, over the last quarter of an hour: above its cores, others were at work. */
  readonly loadAverage: number;
}

/** Whatever is not as it has to be; empty when all is. */
export function contradictionsOf({ buyers, units, sale, books }: HotProductRun): string[] {
  const sold = Math.min(buyers, units);
  const expected: [what: string, is: number, hasToBe: number][] = [
    ['orders acknowledged', sale.placed, buyers],
    ['orders PENDING', books.pending, 0],
    ['orders CONFIRMED', books.confirmed, sold],
    ['orders REJECTED', books.rejected, buyers - sold],
    ['units available', books.available, units - sold],
    ['units reserved', books.reserved, sold],
    ['deadlocks', books.deadlocks, 0],
  ];
  return expected.flatMap(([what, is, hasToBe]) => (is === hasToBe ? [] : [`${what}: ${is}, not ${hasToBe}`]));
}

/** The report for people. */
export function toMarkdown(run: HotProductRun, circumstances: readonly string[]): string {
  const { buyers, units, sale, books, settledAfterS, queue, loadAverage } = run;
  const cells = [
    books.confirmed,
    books.rejected,
    books.deadlocks,
    (sale.placed / sale.seconds).toFixed(0),
    sale.p50Ms.toFixed(1),
    sale.p99Ms.toFixed(1),
    (buyers / settledAfterS).toFixed(0),
    sale.retries,
  ];
  return [
    '# A hot product',
    '',
    `${buyers} buyers on ${books.ordersOfShards.length} shards order one unit each of a product of which there are ${units}, through two gateways.`,
    'An order is settled once it is CONFIRMED or REJECTED. Deadlocks are those of all databases, from `pg_stat_database`.',
    '',
    '| confirmed | rejected | deadlocks | placed/s | p50 ms | p99 ms | settled/s | sent again |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|',
    `| ${cells.join(' | ')} |`,
    '',
    `- Orders on each shard: ${books.ordersOfShards.join(', ')}; the last one was settled ${(settledAfterS - sale.seconds).toFixed(1)} s after the last one was placed`,
    `- Queue: ${queue}`,
    `- Load average over the last quarter of an hour: ${loadAverage.toFixed(1)}`,
    ...circumstances.map((line) => `- ${line}`),
    '',
  ].join('\n');
}
