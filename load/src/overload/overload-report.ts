import { type Verdict, verdictTable } from '../command/verdict.ts';
import { type OverloadRun, rateOf, TOLERATED_P99 } from './overload-run.ts';

const LEAST_GOODPUT = 0.9;
const MOST_GROWTH_MB = 200;
const MOST_RECOVERY_S = 5;
const MB = 1024 * 1024;

/** Holds a run to what a gateway promises. */
export function verdictsOf(run: OverloadRun): Verdict[] {
  const goodput = rateOf(run.overload);
  const growthMb = (run.residentBytes.peak - run.residentBytes.before) / MB;
  return [
    {
      what: `goodput at least ${LEAST_GOODPUT * 100} % of the peak of ${run.peakPerSecond.toFixed(0)}/s`,
      measured: `${goodput.toFixed(0)}/s, ${((goodput / run.peakPerSecond) * 100).toFixed(0)} %`,
      isHeld: goodput >= LEAST_GOODPUT * run.peakPerSecond,
    },
    {
      what: `p99 of what was let in at most ${TOLERATED_P99} times the usual ${run.normal.p99Ms.toFixed(0)} ms`,
      measured: `${run.overload.p99Ms.toFixed(0)} ms`,
      isHeld: run.overload.p99Ms <= TOLERATED_P99 * run.normal.p99Ms,
    },
    {
      what: `resident memory grows by at most ${MOST_GROWTH_MB} MB`,
      measured: `${growthMb.toFixed(0)} MB, to ${(run.residentBytes.peak / MB).toFixed(0)} MB`,
      isHeld: growthMb <= MOST_GROWTH_MB,
    },
    {
      what: `as usual again within ${MOST_RECOVERY_S} s`,
      measured: run.recoveryS === undefined ? 'not in 10 s' : `after ${run.recoveryS.toFixed(1)} s`,
      isHeld: run.recoveryS !== undefined && run.recoveryS < MOST_RECOVERY_S,
    },
  ];
}

/** The report for people. */
export function toMarkdown(run: OverloadRun, circumstances: readonly string[]): string {
  const { answers, failures, elapsedMs } = run.overload;
  return [
    '# Overload',
    '',
    `A gateway of the local stack, without caches: as more and more is offered, it answers at most ${run.peakPerSecond.toFixed(0)}/s (of ${run.peakOfferedPerSecond}/s).`,
    `Then ${run.offeredPerSecond}/s came, whether or not they were answered, for ${(elapsedMs / 1_000).toFixed(0)} s: ${answers} were answered, ${failures} refused with 503.`,
    'Usual is what it takes at 70 % of the peak. Load, gateway, subgraphs and databases share the machine.',
    '',
    ...verdictTable(verdictsOf(run)),
    '',
    ...circumstances.map((line) => `- ${line}`),
    '',
  ].join('\n');
}
