import { join } from 'node:path';
import { Command } from 'commander';
import { countUpTo } from './command/count-argument.ts';
import { runMeasurement } from './command/run-measurement.ts';
import { provenance } from './provenance.ts';
import { toMarkdown } from './telemetry/telemetry-report.ts';
import { measureTelemetry } from './telemetry/telemetry-run.ts';

const program = new Command('npm run load:telemetry --')
  .description(
    'Measures what traces, metrics and logs cost a gateway: all of them, 1 % of the traces, and none, in one run.',
  )
  .option('--rounds <n>', 'how often everything is measured', countUpTo(100), 5)
  .option('--seconds <n>', 'how long each time', countUpTo(3_600), 4)
  .option('--out <file>', 'where the tables go', join(import.meta.dirname, '../results/telemetry.md'))
  .addHelpText('after', '\nExit codes: 0 measured, 1 could not be, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { out, ...options } = program.parse().opts<{ rounds: number; seconds: number; out: string }>();

await runMeasurement(out, async () => ({
  report: toMarkdown(await measureTelemetry(options), provenance('load:telemetry')),
  flaws: [],
}));
