import { type MetricDefinition, metricCatalogue } from '@tributary/runtime/metrics/metric-catalogue';

const INTRODUCTION = `# Metrics

With \`TRIBUTARY_METRICS_PORT\` set, a service answers \`GET /metrics\` in Prometheus's text format on that port, a listener of its own (on \`TRIBUTARY_METRICS_HOST\`,
127.0.0.1 unless told); without it nothing is measured. \`npm start\` sets it: 1000 above the port of each service, so 5000 for the gateway, 5001 for
accounts and so on.

Beside what is listed here, each service has prom-client's metrics of its process: \`process_cpu_…\`, \`process_resident_memory_bytes\`,
\`nodejs_heap_…\`, \`nodejs_eventloop_lag_…\`, \`nodejs_gc_duration_seconds\`.

Labels have few values, whatever clients send. \`operation\` is the name of a published operation (\`npm run operations:publish\`); every other operation is
\`other\`, and what failed before anybody knew its operation, too. \`keyspace\` is a kind of cached value, \`subgraph\` and \`database\` are names of the
configuration, and codes are those of [errors.md](errors.md).

What is counted anyway is read when Prometheus asks; a request pays for two histograms, one more a fetch, and a few additions: one to two
microseconds, most of which is looking at the clock. Queues and
outboxes are asked at most every ten seconds, by the subgraph notifications for all of them.

[prometheus.yml](../deploy/prometheus/prometheus.yml) scrapes the services, the [alerts](../deploy/prometheus/alerts.yml) have a [runbook](runbooks) each, and
\`npm run dashboards -- --out DIR\` writes Grafana's dashboards.

This page is made from [\`metric-catalogue.ts\`](../runtime/src/metrics/metric-catalogue.ts) by \`npm run docs\`; a test compares the catalogue with what a real Prometheus scrapes.
`;

/** The text of `docs/metrics.md`: the whole catalogue of metrics, in its order. */
export function metricsPage(): string {
  const rows = Object.entries<MetricDefinition>(metricCatalogue).map(
    ([name, { type, labels, from, help }]) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${from} | ${help} |`,
  );
  return [INTRODUCTION, '| metric | type | labels | from | what it says |', '|---|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}
