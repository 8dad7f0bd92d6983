import type { Dashboard } from './dashboard.ts';
import { processRow } from './process-row.ts';
import { quantile, quantiles, rate, rateBy } from './promql.ts';

/** What clients ask gateways for, and what they get. */
export const gatewayDashboard: Dashboard = {
  id: 'tributary-gateway',
  title: 'Tributary: gateway',
  rows: [
    {
      title: 'Objectives',
      panels: [
        {
          title: 'Operations that failed',
          description: 'By our fault, or shed. 0.1 % may, over a month; a page comes at 1.44 % over an hour.',
          unit: 'percentunit',
          alarming: 0.0144,
          queries: [
            { expr: 'tributary:operations_failed:ratio_rate5m', legend: '5 minutes' },
            { expr: 'tributary:operations_failed:ratio_rate1h', legend: '1 hour' },
            { expr: 'tributary:operations_failed:ratio_rate6h', legend: '6 hours' },
          ],
        },
        {
          title: 'Operations slower than 0.5 s',
          description: '1 % may be, over a month; a page comes at 14.4 % over an hour.',
          unit: 'percentunit',
          alarming: 0.144,
          queries: [
            { expr: 'tributary:operations_slow:ratio_rate5m', legend: '5 minutes' },
            { expr: 'tributary:operations_slow:ratio_rate1h', legend: '1 hour' },
            { expr: 'tributary:operations_slow:ratio_rate6h', legend: '6 hours' },
          ],
        },
      ],
    },
    {
      title: 'Operations',
      panels: [
        {
          title: 'Operations a second',
          description: 'Refused ones have only errors that their client can mend.',
          unit: 'ops',
          queries: [{ expr: rateBy('outcome', 'tributary_operations_total'), legend: '{{outcome}}' }],
        },
        {
          title: 'Time to answer',
          description: 'Of all operations, kept answers included.',
          unit: 's',
          alarming: 0.5,
          queries: quantiles('tributary_operation_duration_seconds'),
        },
        {
          title: 'Operations a second, by name',
          description: 'The ten that come most. What is not published is called other.',
          unit: 'ops',
          queries: [
            { expr: `topk(10, ${rateBy('operation', 'tributary_operations_total')})`, legend: '{{operation}}' },
          ],
        },
        {
          title: 'Time to answer, p95, by name',
          description: 'The ten that are slowest.',
          unit: 's',
          queries: [
            {
              expr: `topk(10, ${quantile(0.95, 'tributary_operation_duration_seconds', 'operation')})`,
              legend: '{{operation}}',
            },
          ],
        },
        {
          title: 'Errors in answers, by code',
          description: 'docs/errors.md says what each means.',
          unit: 'ops',
          queries: [{ expr: rateBy('code', 'tributary_errors_total'), legend: '{{code}}' }],
        },
        {
          title: 'HTTP answers, by status',
          description: '503 is what is shed, 429 what rate limits refuse.',
          unit: 'ops',
          queries: [{ expr: rateBy('status', 'tributary_http_requests_total{job="gateway"}'), legend: '{{status}}' }],
        },
      ],
    },
    {
      title: 'Load and limits',
      panels: [
        {
          title: 'Requests in flight',
          description: 'And how many may be, which falls while they take longer than usual.',
          unit: 'short',
          queries: [
            { expr: 'tributary_http_requests_in_flight{job="gateway"}', legend: '{{instance}}' },
            { expr: 'tributary_http_concurrency_limit', legend: '{{instance}} limit' },
          ],
        },
        {
          title: 'Requests shed',
          description: 'Refused with 503 before anything was done for them.',
          unit: 'ops',
          alarming: 1,
          queries: [{ expr: rateBy('instance', 'tributary_http_requests_shed_total'), legend: '{{instance}}' }],
        },
        {
          title: 'Refused by rate limits',
          description: 'By class of clients. Unknown: nobody could tell what the client had spent.',
          unit: 'ops',
          queries: [
            { expr: rateBy('class, reason', 'tributary_rate_limit_refusals_total'), legend: '{{class}} {{reason}}' },
          ],
        },
        {
          title: 'Estimated cost of operations',
          description: 'By @cost and @listSize, before they run.',
          unit: 'none',
          queries: quantiles('tributary_operation_estimated_cost'),
        },
        {
          title: 'Answers kept',
          description: 'The share of queries that is answered out of the cache of answers.',
          unit: 'percentunit',
          queries: [
            {
              expr: `${rate('tributary_answer_cache_outcomes_total{outcome=~"hit|stale"}')} / ${rate('tributary_answer_cache_outcomes_total')}`,
              legend: 'hit or stale',
            },
          ],
        },
        {
          title: 'What became of queries',
          description: 'Beside hit, stale and miss: why an answer could not be kept.',
          unit: 'ops',
          queries: [{ expr: rateBy('outcome', 'tributary_answer_cache_outcomes_total'), legend: '{{outcome}}' }],
        },
        {
          title: 'Streams of subscriptions',
          description: 'Open ones.',
          unit: 'short',
          queries: [{ expr: 'tributary_subscriptions_open', legend: '{{instance}}' }],
        },
      ],
    },
    processRow('gateway'),
  ],
};
