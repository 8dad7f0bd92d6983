import type { EndedFault } from '../kit/faults/run-faults.ts';
import type { ChaosReport } from './chaos-run.ts';
import type { Outcome } from './clients/client-log.ts';

const SHOWN_VIOLATIONS = 20;

/** A run in words: what clients did, what was done to the stack, and the verdict. */
export function describeRun(
  { evidence, faults, violations, unexpectedEnds, settledAfterMs }: ChaosReport,
  seconds: number,
): string {
  const told = evidence.log.flatMap((entry) => (entry.kind === 'told' ? [entry] : []));
  const statuses = countBy(evidence.orders.map(({ status }) => status));
  const settled =
    settledAfterMs === undefined
      ? 'it never settled'
      : `settled ${(settledAfterMs / 1_000).toFixed(1)} s after the last fault`;
  return [
    `orders: ${evidence.orders.length} (${(evidence.orders.length / seconds).toFixed(1)} a second): ${listCounts(statuses)}`,
    `requests: ${told.length}: ${listCounts(countBy(told.map(({ outcome }) => labelOf(outcome))))}`,
    `answered: ${percentiles(told.flatMap(({ outcome, tookMs }) => (outcome.kind === 'failed' ? [] : [tookMs])))}`,
    `faults: ${faults.length}; back again: ${describeRecoveries(faults)}`,
    settled,
    ...unexpectedEnds.map((end) => `ended by itself: ${end}`),
    violations.length === 0 ? 'no violation' : `${violations.length} violations:`,
    ...violations.slice(0, SHOWN_VIOLATIONS).map(({ rule, detail }) => `  ${rule}: ${detail}`),
  ].join('\n');
}

function labelOf(outcome: Outcome): string {
  return outcome.kind === 'failed' ? `failed ${outcome.reason}` : outcome.kind;
}

function describeRecoveries(faults: readonly EndedFault[]): string {
  const kills = faults.filter(({ kind }) => kind === 'kill');
  return [...Map.groupBy(kills, ({ target }) => target)]
    .map(([target, all]) => `${target} ${Math.max(...all.map(({ recoveryMs }) => recoveryMs / 1_000)).toFixed(1)} s`)
    .sort()
    .join(', ');
}

function percentiles(durationsMs: readonly number[]): string {
  const sorted = durationsMs.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return `half within ${at(0.5)} ms, 95% within ${at(0.95)} ms, the slowest in ${at(1)} ms`;
}

function countBy(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function listCounts(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([label, count]) => `${count} ${label}`)
    .join(', ');
}
