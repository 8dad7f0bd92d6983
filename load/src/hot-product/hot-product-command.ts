import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { countUpTo } from '../command/count-argument.ts';
import { runMeasurement } from '../command/run-measurement.ts';
import { startOwnStack } from '../local-stack/own-stack.ts';
import { provenance } from '../provenance.ts';
import { makeBuyers } from './buyers.ts';
import { decodeId } from './graph-id.ts';
import { contradictionsOf, type HotProductRun, toMarkdown } from './hot-product-report.ts';
import { OrderBookReader, type OrderBooks } from './order-books.ts';
import { publishHotProduct, sell } from './sale.ts';

interface HotProductOptions {
  buyers: number;
  units: number;
  connections: number;
  queueUrl?: string;
  out: string;
}

const STALL_LIMIT_MS = 120_000;
const POLL_INTERVAL_MS = 250;

/** `npm run load -- hot-product` */
export const hotProductCommand = new Command('hot-product')
  .description('Sells a few units to many buyers on a stack of its own: how fast, and whether the tables add up.')
  .option('--buyers <n>', 'each orders one unit', countUpTo(1_000_000), 10_000)
  .option('--units <n>', 'how many there are', countUpTo(1_000_000), 100)
  .option('--connections <n>', 'how many order at once', countUpTo(10_000), 64)
  .option('--queue-url <url>', 'amqp:// of a broker to carry the events; without it Postgres does')
  .option('--out <file>', 'where the table goes', join(import.meta.dirname, '../../results/hot-product.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 measured, 1 could not measure, or the tables do not add up, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action((options: HotProductOptions) =>
    runMeasurement(options.out, async () => {
      const run = await measure(options);
      return { report: toMarkdown(run, provenance('load')), flaws: contradictionsOf(run) };
    }),
  );

async function measure(options: HotProductOptions): Promise<HotProductRun> {
  console.log('starting a stack with two gateways');
  const { queueUrl, buyers: count, units, connections } = options;
  await using stack = await startOwnStack(queueUrl === undefined ? {} : { TRIBUTARY_QUEUE_URL: queueUrl });
  const product = await publishHotProduct(stack.urls[0] ?? '', units);
  await using reader = await OrderBookReader.open(stack.databasesFile, decodeId(product.id));
  const buyers = shuffled(makeBuyers(count, await readFile(stack.tokenKeyFile, 'utf8')));
  console.log(`${count} buyers order one of ${units} units over ${connections} connections`);

  const startedAtMs = performance.now();
  const sale = await sell(stack.urls, product, { buyers, connections });
  console.log(`placed after ${sale.seconds.toFixed(1)} s`);
  const books = await settle(reader);
  const settledAfterS = (performance.now() - startedAtMs) / 1_000;
  const queue = queueUrl === undefined ? 'Postgres' : 'RabbitMQ';
  const [, , loadAverage = 0] = loadavg();
  return { buyers: count, units, sale, books, settledAfterS, queue, loadAverage };
}

/**
 * What is in the books once no order is PENDING.
 * @throws Error when none is settled for a while
 */
async function settle(reader: OrderBookReader): Promise<OrderBooks> {
  let [fewest, progressAtMs] = [Number.POSITIVE_INFINITY, performance.now()];
  for (;;) {
    const books = await reader.read();
    if (books.pending === 0) return books;
    if (books.pending < fewest) [fewest, progressAtMs] = [books.pending, performance.now()];
    if (performance.now() - progressAtMs > STALL_LIMIT_MS) throw new Error(`${books.pending} orders are not settled`);
    await delay(POLL_INTERVAL_MS);
  }
}

/** So that all shards are asked at the same time. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, place: Math.random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ value }) => value);
}
