import type { Dashboard } from './dashboard.ts';
import { processRow } from './process-row.ts';
import { quantile, rateBy } from './promql.ts';

/** Subgraphs, as gateways see them and as they see themselves. */
export const subgraphsDashboard: Dashboard = {
  id: 'tributary-subgraphs',
  title: 'Tributary: subgraphs',
  rows: [
    {
      title: 'As gateways see them',
      panels: [
        {
          title: 'Fetches a second',
          description: 'Retries not counted.',
          unit: 'ops',
          queries: [{ expr: rateBy('subgraph', 'tributary_subgraph_fetches_total'), legend: '{{subgraph}}' }],
        },
        {
          title: 'Fetches that failed',
          description: 'By code, after all retries; graphql-errors are answers with errors.',
          unit: 'ops',
          queries: [
            {
              expr: rateBy('subgraph, outcome', 'tributary_subgraph_fetches_total{outcome!~"ok|abandoned"}'),
              legend: '{{subgraph}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Time of a fetch, p95',
          description: 'Retries and waiting for a connection included.',
          unit: 's',
          queries: [
            { expr: quantile(0.95, 'tributary_subgraph_fetch_duration_seconds', 'subgraph'), legend: '{{subgraph}}' },
          ],
        },
        {
          title: 'Fetches in flight',
          description: 'Those that wait for a connection included: a subgraph that hangs shows here first.',
          unit: 'short',
          queries: [{ expr: 'sum by (subgraph) (tributary_subgraph_fetches_in_flight)', legend: '{{subgraph}}' }],
        },
        {
          title: 'Retries',
          description: 'Sent ones, and those that the budget refused.',
          unit: 'ops',
          queries: [
            {
              expr: rateBy('subgraph, outcome', 'tributary_subgraph_retries_total'),
              legend: '{{subgraph}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Retries left',
          description: 'In the budget of the gateway that has least.',
          unit: 'short',
          queries: [{ expr: 'min by (subgraph) (tributary_subgraph_retry_budget)', legend: '{{subgraph}}' }],
        },
        {
          title: 'Instances ejected',
          description: 'Circuit breakers of gateways that are open: one instance counts once a gateway.',
          unit: 'short',
          alarming: 1,
          queries: [
            {
              expr: 'sum by (subgraph) (tributary_subgraph_instances{state="ejected"})',
              legend: '{{subgraph}}',
            },
          ],
        },
      ],
    },
    {
      title: 'As they see themselves',
      panels: [
        {
          title: 'Time to answer, p95',
          description: 'Where it is much less than the time of a fetch, requests wait in the gateway or on the way.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.95, 'tributary_http_request_duration_seconds', 'job'),
              legend: '{{job}}',
            },
          ],
        },
        {
          title: 'Keys of a batch, on average',
          description: 'At 1 a loader batches nothing.',
          unit: 'none',
          queries: [
            {
              expr: `${rateBy('loader', 'tributary_loader_batch_keys_sum')} / ${rateBy('loader', 'tributary_loader_batch_keys_count')}`,
              legend: '{{loader}}',
            },
          ],
        },
        {
          title: 'Requests that no gateway signed',
          description: 'None, unless keys are being rotated or somebody tries.',
          unit: 'ops',
          alarming: 0.01,
          queries: [{ expr: rateBy('job, code', 'tributary_signature_refusals_total'), legend: '{{job}} {{code}}' }],
        },
      ],
    },
    processRow('accounts|catalog|inventory|orders|reviews|notifications'),
  ],
};
