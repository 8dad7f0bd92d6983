import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

/** What is needed to repeat a measurement: the machine, the commit and the command. */
export function provenance(script: string): string[] {
  return [
    `Machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}; Node ${process.version}`,
    `Commit: ${execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], { encoding: 'utf8' }).trim()}`,
    `Command: ${[`npm run ${script} --`, ...process.argv.slice(2)].join(' ')}`,
  ];
}
