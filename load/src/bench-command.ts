import { loadavg } from 'node:os';
import { CommanderError } from 'commander';
import { runBench } from './bench/bench.ts';
import { summarise } from './bench/measure/measurement.ts';
import { type BenchOptions, parseOptions } from './bench/options.ts';
import { writeReport } from './bench/report/write-report.ts';
import { provenance } from './provenance.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const options = readOptions();
const [loadBefore] = loadavg();
try {
  const { cores, ...findings } = await runBench(options);
  const circumstances = [
    ...provenance('bench'),
    `Node flags of all: ${options.nodeFlags.join(' ') || 'none'}; ${options.connections} connections`,
    `Cores: ${cores.description}; load average of the machine before the run: ${loadBefore?.toFixed(2)}`,
  ];
  console.log(`\n${await writeReport({ ...findings, circumstances }, options.out)}`);
  const hasFlaw = findings.sections.some(
    ({ measurements, absences }) =>
      absences.length > 0 || measurements.some((measurement) => summarise(measurement).failures > 0),
  );
  if (hasFlaw) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function readOptions(): BenchOptions {
  try {
    return parseOptions(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
    throw error;
  }
}
