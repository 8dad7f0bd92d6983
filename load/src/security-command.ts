import { join } from 'node:path';
import { Command } from 'commander';
import { countUpTo } from './command/count-argument.ts';
import { runMeasurement } from './command/run-measurement.ts';
import { missedPromises } from './command/verdict.ts';
import { provenance } from './provenance.ts';
import { toMarkdown, verdictsOf } from './security/security-report.ts';
import { measureSecurity, type SecurityOptions } from './security/security-run.ts';

const program = new Command('npm run load:security --')
  .description(
    'Measures what all of the security costs on whole requests, of gateway, subgraph and databases: on and off, in one run.',
  )
  .option('--rounds <n>', 'how often both are measured', countUpTo(1_000), 40)
  .option('--seconds <n>', 'how long each time', countUpTo(3_600), 2)
  .option('--connections <n>', 'how many requests are under way at once', countUpTo(10_000), 16)
  .option('--out <file>', 'where the tables go', join(import.meta.dirname, '../results/security.md'))
  .addHelpText(
    'after',
    '\nExit codes: 0 all promises held, 1 one was missed or nothing could be measured, 2 wrong arguments.',
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { out, ...options } = program.parse().opts<SecurityOptions & { out: string }>();

await runMeasurement(out, async () => {
  const run = await measureSecurity(options);
  return { report: toMarkdown(run, provenance('load:security')), flaws: missedPromises(verdictsOf(run)) };
});
