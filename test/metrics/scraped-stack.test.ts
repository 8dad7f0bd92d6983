import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allDashboards } from '@tributary/deploy-generator/dashboards/all-dashboards';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { type MetricDefinition, metricCatalogue } from '@tributary/runtime/metrics/metric-catalogue';
import { eventually } from '../kit/eventually.ts';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import { SUBGRAPHS, startMeasuredStack } from './measured-stack.ts';
import { makeTraffic, manifest, SHELF_REQUESTS } from './measured-traffic.ts';
import { readRules, testConfiguration, withoutComparisons } from './prometheus-files.ts';
import { type PrometheusServer, type Series, startPrometheus } from './prometheus-server.ts';

const metrics = Object.entries<MetricDefinition>(metricCatalogue);
const PLACES: readonly (readonly [MetricDefinition['from'], readonly string[]])[] = [
  ['all', ['gateway', ...SUBGRAPHS]],
  ['subgraphs', SUBGRAPHS],
  ['gateway', ['gateway']],
  ['notifications', ['notifications']],
];
const scope = new Scope();
let prometheus: PrometheusServer;

beforeAll(async () => {
  const stack = await startMeasuredStack(scope, manifest);
  prometheus = await startPrometheus(scope, await testConfiguration(stack.metrics));
  await untilScraped('up == 1', SUBGRAPHS.length + 1);
  await makeTraffic(stack, () => untilScrapedAgain());
}, SYSTEM_PROGRAM_LIMIT_MS);
afterAll(() => scope.release(), 60_000);

function untilScraped(expr: string, series: number): Promise<Series[]> {
  return eventually(
    () => prometheus.query(expr),
    ({ length }) => length === series,
    { limitMs: 20_000 },
  );
}

/** Waits until everything has been scraped that is so by now. */
async function untilScrapedAgain(): Promise<void> {
  const now = Date.now() / 1_000;
  await untilScraped(`timestamp(up) > ${now}`, SUBGRAPHS.length + 1);
}

/** Those queries that give nothing, or only values that are no numbers, however long one waits. */
async function withoutSeries(queries: readonly string[]): Promise<string[]> {
  let left = [...queries];
  const look = async (): Promise<string[]> => {
    const found = await Promise.all(left.map((expr) => prometheus.query(expr)));
    left = left.filter((_, index) => !found[index]?.some(({ value }) => Number.isFinite(value)));
    return left;
  };
  await eventually(look, ({ length }) => length === 0, { limitMs: 15_000 }).catch(() => undefined);
  return left;
}

async function single(expr: string): Promise<number | undefined> {
  const [series] = await prometheus.query(expr);
  return series?.value;
}

/** The labels of a metric beside those of the scrape, and the smallest group of services that has all that have it. */
async function placesOf(name: string, type: MetricDefinition['type']) {
  const series = await prometheus.query(type === 'histogram' ? `${name}_count` : name);
  const labels = new Set(series.flatMap(({ labels: found }) => Object.keys(found)));
  for (const label of ['__name__', 'instance', 'job']) labels.delete(label);
  const jobs = new Set(series.map(({ labels: { job = 'none' } }) => job));
  const [from] = PLACES.findLast(([, services]) => jobs.isSubsetOf(new Set(services))) ?? [];
  return { labels: [...labels].toSorted(), from: series.length === 0 ? 'nowhere' : from };
}

describe('a Prometheus that scrapes a running stack', () => {
  it.each(allDashboards)('has something to show in every panel of "$title"', async ({ rows }) => {
    const queries = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries.map(({ expr }) => expr)));
    expect(await withoutSeries(queries.map((expr) => expr.replaceAll('$__rate_interval', '1m')))).toEqual([]);
  });

  it('has what every alert looks at', async () => {
    const alerts = (await readRules('alerts.yml')).filter(({ alert }) => alert !== undefined);
    expect(alerts.length).toBeGreaterThan(20);
    expect(await withoutSeries(alerts.map(({ expr }) => withoutComparisons(expr)))).toEqual([]);
  });

  it('fires no alert about a stack that is well', async () => {
    expect(await prometheus.query('ALERTS{alertstate="firing"}')).toEqual([]);
  });

  it('finds all metrics of the catalogue and no others, of the type and with the help that it says', async () => {
    const scraped = Object.entries(await prometheus.metadata()).filter(([name]) => name.startsWith('tributary_'));
    expect(new Map(scraped.map(([name, { type, help }]) => [name, { type, help }]))).toEqual(
      new Map(metrics.map(([name, { type, help }]) => [name, { type, help }])),
    );
  });

  it('finds each metric with its labels, and where it is said to be', async () => {
    const found = await Promise.all(
      metrics.map(async ([name, { type }]) => [name, await placesOf(name, type)] as const),
    );
    const expected = metrics.map(([name, { labels, from }]) => [name, { labels: labels.toSorted(), from }] as const);
    expect(new Map(found)).toEqual(new Map(expected));
  });

  it('counts every request of a published operation under its name, and all others together', async () => {
    const operations = await prometheus.query('tributary_operations_total{outcome="ok"} > 0');
    expect(new Map(operations.map(({ labels, value }) => [labels['operation'], value]))).toEqual(
      new Map([
        ['Shelf', SHELF_REQUESTS],
        ['MyOrders', 2],
        ['PlaceOrder', 1],
        // To log in, to look for a product, and three names that were made up.
        ['other', 5],
      ]),
    );
    // A field that there is not, and a client that has no tokens.
    expect(await single('tributary_operations_total{operation="other", outcome="refused"}')).toBe(2);
    expect(await single('sum(tributary_operation_duration_seconds_count)')).toBe(SHELF_REQUESTS + 10);
  });

  it('counts what was refused, by code and by whose limit', async () => {
    const codes = await prometheus.query('tributary_errors_total > 0');
    expect(new Map(codes.map(({ labels, value }) => [labels['code'], value]))).toEqual(
      new Map([
        ['GRAPHQL_VALIDATION_FAILED', 1],
        ['RATE_LIMITED', 1],
      ]),
    );
    const refusals = await prometheus.query('tributary_rate_limit_refusals_total > 0');
    expect(refusals.map(({ labels, value }) => [labels['class'], labels['reason'], value])).toEqual([
      ['key', 'spent', 1],
    ]);
  });

  it('counts the answers that were kept, the statements and the batches of what was asked', async () => {
    expect(await single('tributary_answer_cache_outcomes_total{outcome="hit"}')).toBeGreaterThanOrEqual(
      SHELF_REQUESTS - 1,
    );
    expect(await single('sum(tributary_sql_statement_duration_seconds_count{role="replica"})')).toBeGreaterThan(0);
    expect(await single('sum(tributary_sql_errors_total)')).toBe(0);
    expect(await single('max(tributary_loader_batch_keys_sum / tributary_loader_batch_keys_count)')).toBeGreaterThan(1);
    expect(await single('sum(tributary_signature_refusals_total{job="catalog"})')).toBe(1);
  });
});
