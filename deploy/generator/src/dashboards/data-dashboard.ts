import type { Dashboard } from './dashboard.ts';
import { quantile, rate, rateBy } from './promql.ts';

/** Databases and caches. */
export const dataDashboard: Dashboard = {
  id: 'tributary-data',
  title: 'Tributary: databases and caches',
  rows: [
    {
      title: 'Statements',
      panels: [
        {
          title: 'Statements a second',
          description: 'By database and role.',
          unit: 'ops',
          queries: [
            {
              expr: rateBy('database, role', 'tributary_sql_statement_duration_seconds_count'),
              legend: '{{database}} {{role}}',
            },
          ],
        },
        {
          title: 'Time of a statement, p95',
          description: 'From sending it to its last row.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.95, 'tributary_sql_statement_duration_seconds', 'database, role'),
              legend: '{{database}} {{role}}',
            },
          ],
        },
        {
          title: 'Statements that failed',
          description: 'Those that were cancelled since nobody waited any more included.',
          unit: 'ops',
          queries: [{ expr: rateBy('database, role', 'tributary_sql_errors_total'), legend: '{{database}} {{role}}' }],
        },
        {
          title: 'Share of replicas',
          description: 'Of all statements. It falls when replicas lag or are down, and the primaries get the rest.',
          unit: 'percentunit',
          queries: [
            {
              expr: `${rate('tributary_sql_statement_duration_seconds_count{role="replica"}')} / ${rate('tributary_sql_statement_duration_seconds_count')}`,
              legend: 'replicas',
            },
          ],
        },
      ],
    },
    {
      title: 'Servers',
      panels: [
        {
          title: 'Servers up',
          description: 'As the process sees it that sees least.',
          unit: 'short',
          queries: [
            {
              expr: 'min by (database, node, role) (tributary_database_server_up)',
              legend: '{{database}} {{role}} {{node}}',
            },
          ],
        },
        {
          title: 'Replica lag',
          description: 'A replica that is further behind than 5 s gets no reads.',
          unit: 's',
          alarming: 5,
          queries: [
            { expr: 'max by (database, node) (tributary_replica_lag_seconds)', legend: '{{database}} {{node}}' },
          ],
        },
        {
          title: 'Log that replicas have not replayed',
          description: 'It grows while a replica cannot keep up, or is cut off.',
          unit: 'bytes',
          queries: [{ expr: 'max by (database, node) (tributary_replica_lag_bytes)', legend: '{{database}} {{node}}' }],
        },
        {
          title: 'Waiting for a connection',
          description: 'More than none for long: a pool is too small, or its statements are too slow.',
          unit: 'short',
          alarming: 4,
          queries: [
            {
              expr: 'sum by (job, database, node) (tributary_sql_pool_waiting)',
              legend: '{{job}} {{database}} {{node}}',
            },
          ],
        },
        {
          title: 'Connections',
          description: 'Of all processes of a service.',
          unit: 'short',
          queries: [{ expr: 'sum by (job, state) (tributary_sql_connections)', legend: '{{job}} {{state}}' }],
        },
      ],
    },
    {
      title: 'Caches',
      panels: [
        {
          title: 'Answered by this process',
          description: 'The share of look-ups that the local tier answers, stale values included.',
          unit: 'percentunit',
          queries: [{ expr: answeredShare('local'), legend: '{{keyspace}}' }],
        },
        {
          title: 'Answered by the shared tier',
          description: 'Of what the local tier had not.',
          unit: 'percentunit',
          queries: [{ expr: answeredShare('shared'), legend: '{{keyspace}}' }],
        },
        {
          title: 'Look-ups a second',
          description: 'Bypass: the tier could not be asked.',
          unit: 'ops',
          queries: [{ expr: rateBy('tier, outcome', 'tributary_cache_lookups_total'), legend: '{{tier}} {{outcome}}' }],
        },
        {
          title: 'Fills a second',
          description: 'Overtaken: an invalidation came between, so the value was thrown away.',
          unit: 'ops',
          queries: [{ expr: rateBy('outcome', 'tributary_cache_fills_total'), legend: '{{outcome}}' }],
        },
        {
          title: 'Breakers open',
          description: 'While one is, its service does without the store.',
          unit: 'short',
          alarming: 1,
          queries: [{ expr: 'max by (job, store) (tributary_cache_breaker_open)', legend: '{{job}} {{store}}' }],
        },
      ],
    },
  ],
};

function answeredShare(tier: 'local' | 'shared'): string {
  const lookUps = `tributary_cache_lookups_total{tier="${tier}"`;
  return `${rateBy('keyspace', `${lookUps}, outcome=~"hit|stale"}`)} / ${rateBy('keyspace', `${lookUps}}`)}`;
}
