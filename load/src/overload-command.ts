import { join } from 'node:path';
import { Command } from 'commander';
import { countUpTo } from './command/count-argument.ts';
import { runMeasurement } from './command/run-measurement.ts';
import { missedPromises } from './command/verdict.ts';
import { startOwnStack } from './local-stack/own-stack.ts';
import { toMarkdown, verdictsOf } from './overload/overload-report.ts';
import { runOverload } from './overload/overload-run.ts';
import { provenance } from './provenance.ts';

const program = new Command('npm run load:overload --')
  .description('Offers a stack of its own several times as much as it can do, and looks at what it still does.')
  .option('--times <n>', 'how many times the peak', countUpTo(100), 3)
  .option('--seconds <n>', 'for how long', countUpTo(3_600), 60)
  .option('--out <file>', 'where the table goes', join(import.meta.dirname, '../results/overload.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 all promises held, 1 one was missed or nothing could be measured, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { times, seconds, out } = program.parse().opts<{ times: number; seconds: number; out: string }>();

await runMeasurement(out, async () => {
  console.log('starting a stack without caches');
  await using stack = await startOwnStack({ TRIBUTARY_CACHE: 'off', TRIBUTARY_ANSWER_CACHE: 'off' });
  console.log(`finding the peak, then ${times} times as much for ${seconds} s`);
  const run = await runOverload({ port: stack.port, times, seconds });
  return { report: toMarkdown(run, provenance('load:overload')), flaws: missedPromises(verdictsOf(run)) };
});
