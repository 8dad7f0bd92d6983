import { join } from 'node:path';
import { Command } from 'commander';
import { countUpTo } from './command/count-argument.ts';
import { runMeasurement } from './command/run-measurement.ts';
import { missedPromises } from './command/verdict.ts';
import { provenance } from './provenance.ts';
import { toMarkdown, verdictsOf } from './swap/swap-report.ts';
import { runSwap } from './swap/swap-run.ts';

/** As long as gateway/supergraph.graphql. */
const OWN_CHARACTERS = 43_000;

const program = new Command('npm run load:swap --')
  .description('Replaces the supergraph of a gateway under load, by others and by broken ones.')
  .option('--rate <n>', 'requests a second', countUpTo(100_000), 500)
  .option('--window <n>', 'how many seconds a window has', countUpTo(3_600), 4)
  .option('--characters <n>', 'how long the supergraph is, at least', countUpTo(10_000_000), OWN_CHARACTERS)
  .option('--out <file>', 'where the tables go', join(import.meta.dirname, '../results/swap.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 all promises held, 1 one was missed or nothing could be measured, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { rate, window, characters, out } = program
  .parse()
  .opts<{ rate: number; window: number; characters: number; out: string }>();

await runMeasurement(out, async () => {
  const run = await runSwap({ requestsPerSecond: rate, windowS: window, characters });
  return { report: toMarkdown(run, provenance('load:swap')), flaws: missedPromises(verdictsOf(run)) };
});
