import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { freePort } from './bench/processes/child-process.ts';
import { type CachesRun, toMarkdown } from './caches/caches-report.ts';
import { findMarket } from './caches/find-market.ts';
import { runTraffic, type TrafficOptions } from './caches/marketplace-traffic.ts';
import { runStack } from './caches/run-stack.ts';
import { countStatements } from './caches/statement-count.ts';
import { readTierRates } from './caches/tier-rates.ts';
import { provenance } from './provenance.ts';

const program = new Command('npm run load:caches --')
  .description(
    'Runs readers and writers over two gateways of a stack of its own, without and with its caches: what reaches the databases, and whether anybody sees what is no longer true.',
  )
  .option('--requests <n>', 'how many in each run', parseCount, 20_000)
  .option('--connections <n>', 'how many at once', parseCount, 32)
  .option('--writes <percent>', 'how many of 100 requests write', parsePercent, 5)
  .option('--bound-ms <n>', 'how long a reader may see what a write has replaced', parseCount, 1_000)
  .option('--seed <n>', 'of the random choices', parseCount, 1)
  .option('--only <run>', 'without or with', parseRun)
  .option('--out <file>', 'where the table goes', join(import.meta.dirname, '../results/caches.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 measured, 1 could not measure, or requests failed, or a value was stale beyond the bound, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const options = program.parse().opts<{
  requests: number;
  connections: number;
  writes: number;
  boundMs: number;
  seed: number;
  only?: 'without' | 'with';
  out: string;
}>();

const RUNS = [
  {
    id: 'without',
    title: 'without caches',
    environment: { TRIBUTARY_CACHE: 'off', TRIBUTARY_ANSWER_CACHE: 'off' },
    isCached: false,
  },
  { id: 'with', title: 'with caches', environment: {}, isCached: true },
];
/** Ports of a stack keep a distance to its first gateway's; the system lends none of these to connections. */
const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 30_000];

const directory = await mkdtemp(join(tmpdir(), 'tributary-load-'));
// Postgres runs as another user when this runs as root.
await chmod(directory, 0o711);
try {
  const runs: CachesRun[] = [];
  for (const { id, ...run } of RUNS) if (id === (options.only ?? id)) runs.push(await measure(run));
  const table = toMarkdown(runs, { boundMs: options.boundMs, circumstances: provenance('load:caches') });
  await mkdir(join(options.out, '..'), { recursive: true });
  await writeFile(options.out, table);
  console.log(`\n${table}`);
  const isRight = runs.every(({ traffic, staleness }) => traffic.failures === 0 && staleness.beyondBound === 0);
  if (!isRight) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

/** One run on a stack of its own, so that none finds another's writes. */
async function measure(run: {
  title: string;
  environment: Record<string, string>;
  isCached: boolean;
}): Promise<CachesRun> {
  console.log(`${run.title}: starting a stack with two gateways`);
  const data = await mkdtemp(join(directory, 'stack-'));
  await chmod(data, 0o711);
  await using stack = await runStack({ directory: data, port: await pickPort(), environment: run.environment });
  const market = await findMarket(stack.urls[0] ?? '');
  const traffic: TrafficOptions = { ...options, urls: stack.urls, writeShare: options.writes / 100 };
  console.log(`${run.title}: warming up with ${Math.ceil(options.requests / 10)} requests`);
  await runTraffic(market, { ...traffic, requests: Math.ceil(options.requests / 10), writeShare: 0 });
  const before = await countStatements(stack.databasesFile);
  console.log(`${run.title}: ${options.requests} requests over ${market.products.length} products`);
  const result = await runTraffic(market, traffic);
  const statements = (await countStatements(stack.databasesFile)) - before;
  const tierRates = run.isCached ? await readTierRates(stack.redisUrl) : [];
  return { title: run.title, statements, ...result, tierRates };
}

async function pickPort(): Promise<number> {
  const random = await freePort();
  return LOWEST_PORT + (random % (HIGHEST_PORT - LOWEST_PORT));
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 10_000_000) {
    throw new InvalidArgumentError('Expected 1 to 10,000,000.');
  }
  return count;
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('Expected 0 to 100.');
  return percent;
}

function parseRun(text: string): string {
  if (text !== 'without' && text !== 'with') throw new InvalidArgumentError('Expected without or with.');
  return text;
}
