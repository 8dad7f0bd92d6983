import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { brokenPromises, type CachesRun, toMarkdown } from './caches/caches-report.ts';
import { findMarket } from './caches/find-market.ts';
import { runTraffic, type TrafficOptions } from './caches/marketplace-traffic.ts';
import { countStatements } from './caches/statement-count.ts';
import { readTierRates } from './caches/tier-rates.ts';
import { countUpTo } from './command/count-argument.ts';
import { runMeasurement } from './command/run-measurement.ts';
import { startOwnStack } from './local-stack/own-stack.ts';
import { provenance } from './provenance.ts';

const program = new Command('npm run load:caches --')
  .description(
    'Runs readers and writers over two gateways of a stack of its own, without and with its caches: what reaches the databases, and whether anybody sees what is no longer true.',
  )
  .option('--requests <n>', 'how many in each run', countUpTo(10_000_000), 20_000)
  .option('--connections <n>', 'how many at once', countUpTo(10_000), 32)
  .option('--writes <percent>', 'how many of 100 requests write', parsePercent, 5)
  .option('--bound-ms <n>', 'how long a reader may see what a write has replaced', countUpTo(3_600_000), 1_000)
  .option('--seed <n>', 'of the random choices', countUpTo(10_000_000), 1)
  .addOption(new Option('--only <run>', 'one of the two').choices(['without', 'with']))
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

interface PlannedRun {
  readonly id: 'without' | 'with';
  readonly title: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly isCached: boolean;
}

const RUNS: readonly PlannedRun[] = [
  {
    id: 'without',
    title: 'without caches',
    environment: { TRIBUTARY_CACHE: 'off', TRIBUTARY_ANSWER_CACHE: 'off' },
    isCached: false,
  },
  { id: 'with', title: 'with caches', environment: {}, isCached: true },
];

await runMeasurement(options.out, async () => {
  const runs: CachesRun[] = [];
  for (const run of RUNS) if (run.id === (options.only ?? run.id)) runs.push(await measure(run));
  const report = toMarkdown(runs, { boundMs: options.boundMs, circumstances: provenance('load:caches') });
  return { report, flaws: runs.flatMap(brokenPromises) };
});

/** One run on a stack of its own, so that none finds another's writes. */
async function measure({ title, environment, isCached }: PlannedRun): Promise<CachesRun> {
  console.log(`${title}: starting a stack with two gateways`);
  await using stack = await startOwnStack(environment);
  const market = await findMarket(stack.urls[0] ?? '');
  const traffic: TrafficOptions = { ...options, urls: stack.urls, writeShare: options.writes / 100 };
  const warmUp = { ...traffic, requests: Math.ceil(options.requests / 10), writeShare: 0 };
  console.log(`${title}: warming up with ${warmUp.requests} requests`);
  await runTraffic(market, warmUp);
  const before = await countStatements(stack.databasesFile);
  console.log(`${title}: ${options.requests} requests over ${market.products.length} products`);
  const result = await runTraffic(market, traffic);
  const statements = (await countStatements(stack.databasesFile)) - before;
  const tierRates = isCached ? await readTierRates(stack.redisUrl) : [];
  return { title, statements, ...result, tierRates };
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (!(percent >= 0 && percent <= 100)) throw new InvalidArgumentError('Expected 0 to 100.');
  return percent;
}
