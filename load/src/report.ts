import { provenance } from './provenance.ts';
import type { Measurement } from './scenario.ts';

/**
 * The measurements as a Markdown table, each as a share of the first one, with what is needed to repeat them: the machine, the
 * commit and the command.
 */
export function report(measurements: readonly Measurement[]): string {
  const limit = measurements[0]?.requestsPerSecond ?? 0;
  const rows = measurements.map(
    (each) =>
      `| ${each.scenario} | ${each.requestsPerSecond} | ${(each.requestsPerSecond / limit).toFixed(3)} | ${each.p50Ms} | ${each.p99Ms} | ${each.responseBytes} | ${each.failures} |`,
  );
  return [
    '| scenario | requests/s | share of bare HTTP | p50 ms | p99 ms | bytes | failures |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    ...provenance('load'),
    '',
  ].join('\n');
}
