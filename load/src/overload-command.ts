import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { freePort } from './bench/processes/child-process.ts';
import { runStack } from './caches/run-stack.ts';
import { toMarkdown, verdictsOf } from './overload/overload-report.ts';
import { runOverload } from './overload/overload-run.ts';
import { provenance } from './provenance.ts';

const program = new Command('npm run load:overload --')
  .description('Offers a stack of its own several times as much as it can do, and looks at what it still does.')
  .option('--times <n>', 'how many times the peak', parseCount, 3)
  .option('--seconds <n>', 'for how long', parseCount, 60)
  .option('--out <file>', 'where the table goes', join(import.meta.dirname, '../results/overload.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 all promises held, 1 one was missed or nothing could be measured, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const options = program.parse().opts<{ times: number; seconds: number; out: string }>();

/** Ports of a stack keep a distance to its first gateway's; the system lends none of these to connections. */
const [LOWEST_PORT, HIGHEST_PORT] = [20_000, 30_000];

const directory = await mkdtemp(join(tmpdir(), 'tributary-overload-'));
// Postgres runs as another user when this runs as root.
await chmod(directory, 0o711);
try {
  const port = LOWEST_PORT + ((await freePort()) % (HIGHEST_PORT - LOWEST_PORT));
  console.log('starting a stack without caches');
  const environment = { TRIBUTARY_CACHE: 'off', TRIBUTARY_ANSWER_CACHE: 'off' };
  await using _stack = await runStack({ directory, port, environment });
  console.log(`finding the peak, then ${options.times} times as much for ${options.seconds} s`);
  const run = await runOverload({ port, times: options.times, seconds: options.seconds });
  const table = toMarkdown(run, provenance('load:overload'));
  await mkdir(join(options.out, '..'), { recursive: true });
  await writeFile(options.out, table);
  console.log(`\n${table}`);
  if (verdictsOf(run).some(({ isHeld }) => !isHeld)) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 3_600) throw new InvalidArgumentError('Expected 1 to 3,600.');
  return count;
}
