import { describe, expect, it } from '@jest/globals';
import { ConcurrencyLimit } from '@tributary/runtime/concurrency/concurrency-limit';
import { Metrics } from '@tributary/runtime/metrics/metrics';
import { AnswerCounters } from '../answer-cache/answer-outcome.ts';
import { rateLimitPolicy } from '../rate-limit/rate-limit-policy.ts';
import { readGatewayCounts } from './gateway-metrics.ts';

const NONE = { answers: undefined, rateLimits: undefined, subscriptions: undefined, concurrency: undefined };

async function valuesOf(metrics: Metrics): Promise<string[]> {
  const text = await metrics.text();
  return text.split('\n').filter((line) => line.startsWith('tributary_'));
}

describe('what a gateway counts anyway', () => {
  it('is read at the moment at which somebody looks', async () => {
    const metrics = new Metrics(() => undefined);
    const answers = new AnswerCounters();
    const policy = rateLimitPolicy('customer', { capacity: 100, windowMs: 60_000 });
    const concurrency = new ConcurrencyLimit({ initial: 1, least: 1 });
    const streams = { count: 0 };
    readGatewayCounts(metrics, { answers, rateLimits: { policies: [policy] }, subscriptions: streams, concurrency });
    answers.add('miss');
    answers.add('uncacheable');
    policy.refusals.spent += 1;
    streams.count = 3;
    concurrency.tryEnter();
    concurrency.tryEnter();
    expect(await valuesOf(metrics)).toEqual([
      'tributary_answer_cache_outcomes_total{outcome="hit"} 0',
      'tributary_answer_cache_outcomes_total{outcome="stale"} 0',
      'tributary_answer_cache_outcomes_total{outcome="miss"} 1',
      'tributary_answer_cache_outcomes_total{outcome="uncacheable"} 1',
      'tributary_rate_limit_refusals_total{class="customer",reason="spent"} 1',
      'tributary_rate_limit_refusals_total{class="customer",reason="unknown"} 0',
      'tributary_subscriptions_open 3',
      'tributary_http_requests_shed_total 1',
      'tributary_http_concurrency_limit 1',
    ]);
  });

  it('is left out where there is nothing to count', async () => {
    const metrics = new Metrics(() => undefined);
    readGatewayCounts(metrics, NONE);
    expect(await valuesOf(metrics)).toEqual([]);
  });
});
