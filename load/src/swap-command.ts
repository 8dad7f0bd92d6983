import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { provenance } from './provenance.ts';
import { toMarkdown, verdictsOf } from './swap/swap-report.ts';
import { runSwap } from './swap/swap-run.ts';

const program = new Command('npm run load:swap --')
  .description('Replaces the supergraph of a gateway under load, by others and by a broken one.')
  .option('--rate <n>', 'requests a second', parseCount, 500)
  .option('--window <n>', 'how many seconds a window has', parseCount, 4)
  .option('--out <file>', 'where the tables go', join(import.meta.dirname, '../results/swap.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 all promises held, 1 one was missed or nothing could be measured, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { rate, window, out } = program.parse().opts<{ rate: number; window: number; out: string }>();

try {
  const run = await runSwap({ requestsPerSecond: rate, windowS: window });
  const table = toMarkdown(run, provenance('load:swap'));
  await mkdir(join(out, '..'), { recursive: true });
  await writeFile(out, table);
  console.log(`\n${table}`);
  if (verdictsOf(run).some(({ isHeld }) => !isHeld)) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('Expected 1 to 100,000.');
  return count;
}
