import type { ConcurrencyLimit } from '@tributary/runtime/concurrency/concurrency-limit';
import type { Metrics } from '@tributary/runtime/metrics/metrics';
import type { AnswerCounters, AnswerOutcome } from '../answer-cache/answer-outcome.ts';
import type { RateLimits } from '../rate-limit/open-rate-limits.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';

/** What a gateway counts anyway; absent where it has none. */
export interface GatewayCounts {
  readonly answers: AnswerCounters | undefined;
  readonly rateLimits: Pick<RateLimits, 'policies'> | undefined;
  readonly subscriptions: Pick<Subscriptions, 'count'> | undefined;
  readonly concurrency: Pick<ConcurrencyLimit, 'limit' | 'refused'> | undefined;
}

const NO_ANSWERS: readonly (readonly [AnswerOutcome, number])[] = [
  ['hit', 0],
  ['stale', 0],
  ['miss', 0],
];

/** Has what a gateway counts anyway read as metrics. */
export function readGatewayCounts(
  metrics: Metrics,
  { answers, rateLimits, subscriptions, concurrency }: GatewayCounts,
): void {
  if (answers) {
    metrics.read('tributary_answer_cache_outcomes_total', () =>
      [...new Map([...NO_ANSWERS, ...answers.all])].map(([outcome, value]) => ({ labels: { outcome }, value })),
    );
  }
  if (rateLimits) {
    metrics.read('tributary_rate_limit_refusals_total', () =>
      rateLimits.policies.flatMap(({ name, refusals }) =>
        Object.entries(refusals).map(([reason, value]) => ({ labels: { class: name, reason }, value })),
      ),
    );
  }
  if (subscriptions) {
    metrics.read('tributary_subscriptions_open', () => [{ labels: {}, value: subscriptions.count }]);
  }
  if (concurrency) {
    metrics.read('tributary_http_requests_shed_total', () => [{ labels: {}, value: concurrency.refused }]);
    metrics.read('tributary_http_concurrency_limit', () => [{ labels: {}, value: concurrency.limit }]);
  }
}
