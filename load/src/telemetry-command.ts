import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { provenance } from './provenance.ts';
import { toMarkdown } from './telemetry/telemetry-report.ts';
import { measureTelemetry } from './telemetry/telemetry-run.ts';

const program = new Command('npm run load:telemetry --')
  .description(
    'Measures what traces, metrics and logs cost a gateway: all of them, 1 % of the traces, and none, in one run.',
  )
  .option('--rounds <n>', 'how often everything is measured', parseCount, 5)
  .option('--seconds <n>', 'how long each time', parseCount, 4)
  .option('--out <file>', 'where the tables go', join(import.meta.dirname, '../results/telemetry.md'))
  .addHelpText('after', '\nExit codes: 0 measured, 1 could not be, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const { out, ...options } = program.parse().opts<{ rounds: number; seconds: number; out: string }>();

try {
  const table = toMarkdown(await measureTelemetry(options), provenance('load:telemetry'));
  await mkdir(join(out, '..'), { recursive: true });
  await writeFile(out, table);
  console.log(`\n${table}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 3_600) throw new InvalidArgumentError('Expected 1 to 3,600.');
  return count;
}
