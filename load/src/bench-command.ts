import { CommanderError } from 'commander';
import { runBench } from './bench/bench.ts';
import { type BenchOptions, parseOptions } from './bench/options.ts';
import { writeReport } from './bench/report/write-report.ts';
import { provenance } from './provenance.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const options = readOptions();
try {
  const { cores, ...findings } = await runBench(options);
  const circumstances = [
    ...provenance('bench'),
    `Node flags of all: ${options.nodeFlags.join(' ')}; cores: ${cores.description}; ${options.connections} connections`,
  ];
  console.log(`\n${await writeReport({ ...findings, circumstances }, options.out)}`);
  if (findings.absences.length > 0) process.exitCode = 1;
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
