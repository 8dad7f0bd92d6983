import type { CheckedAnswer } from './check-answers.ts';
import type { Phase } from './phase.ts';

/** One contender, one query, one round. */
export interface Round {
  /** All connections busy all the time. */
  readonly saturated: Phase;
  /** Requests at the rate that is the same for all contenders. */
  readonly paced: Phase;
}

/** All rounds of a contender on a query. */
export interface Measurement {
  readonly contenderId: string;
  readonly queryId: string;
  readonly checked: CheckedAnswer;
  readonly pacedRequestsPerSecond: number;
  readonly rounds: readonly Round[];
}

/** The medians over the rounds of a measurement. */
export interface Summary {
  readonly cpuMsPerRequest: number;
  /** `undefined` where something else than the contender's core was the limit. */
  readonly requestsPerSecond: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakResidentBytes: number;
  readonly subgraphRequestsPerQuery: number;
  readonly failures: number;
}

/** From here on a core counts as saturated; the rest is the kernel's and the clock's. */
const saturatedShare = 0.95;

/** @throws RangeError for a measurement without a round */
export function summarise({ rounds }: Measurement): Summary {
  const saturated = rounds.map((round) => round.saturated);
  const paced = rounds.map((round) => round.paced);
  const isSaturated = median(saturated.map(({ coreShare }) => coreShare)) >= saturatedShare;
  const rate = median(saturated.map(({ answers, elapsedMs }) => (answers * 1_000) / elapsedMs));
  return {
    cpuMsPerRequest: median(saturated.map(({ cpuMs, answers }) => cpuMs / answers)),
    requestsPerSecond: isSaturated ? rate : undefined,
    p50Ms: median(paced.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(paced.map(({ p99Ms }) => p99Ms)),
    peakResidentBytes: median(saturated.map((phase) => phase.peakResidentBytes)),
    subgraphRequestsPerQuery: median(saturated.map(({ subgraphRequests, answers }) => subgraphRequests / answers)),
    failures: [...saturated, ...paced].reduce((sum, { failures }) => sum + failures, 0),
  };
}

/** @throws RangeError when there is no number */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('no number has no median');
  return (upper + lower) / 2;
}
