import type { MetricName } from '@tributary/runtime/metrics/metric-catalogue';
import type { Metrics, Sample } from '@tributary/runtime/metrics/metrics';
import { type SubgraphLoad, SubgraphTraffic } from '../subgraph-fetch/subgraph-traffic.ts';

/**
 * Measures what a gateway asks of subgraphs.
 * @returns the traffic of a subgraph; the same one for all clients that it ever has
 */
export function measureSubgraphs(metrics: Metrics): (subgraph: string) => SubgraphTraffic {
  const durations = metrics.histogram('tributary_subgraph_fetch_duration_seconds');
  const traffics = new Map<string, SubgraphTraffic>();

  /** Reads something of every client. */
  function loads<Name extends MetricName>(
    samplesOf: (subgraph: string, load: SubgraphLoad) => Sample<Name>[],
  ): Sample<Name>[] {
    return [...traffics].flatMap(([subgraph, traffic]) => samplesOf(subgraph, sumOf(traffic.loads)));
  }

  metrics.read('tributary_subgraph_fetches_total', () =>
    [...traffics].flatMap(([subgraph, { outcomes }]) =>
      Object.entries(outcomes).map(([outcome, value]) => ({ labels: { subgraph, outcome }, value })),
    ),
  );
  metrics.read('tributary_subgraph_fetches_in_flight', () =>
    loads((subgraph, { inFlight }) => [{ labels: { subgraph }, value: inFlight }]),
  );
  metrics.read('tributary_subgraph_retries_total', () =>
    loads((subgraph, { retries: { sent, overBudget } }) => [
      { labels: { subgraph, outcome: 'sent' }, value: sent },
      { labels: { subgraph, outcome: 'over-budget' }, value: overBudget },
    ]),
  );
  metrics.read('tributary_subgraph_retry_budget', () =>
    loads((subgraph, { retries: { left } }) => [{ labels: { subgraph }, value: left }]),
  );
  metrics.read('tributary_subgraph_instances', () =>
    loads((subgraph, { instances: { well, ejected } }) => [
      { labels: { subgraph, state: 'well' }, value: well },
      { labels: { subgraph, state: 'ejected' }, value: ejected },
    ]),
  );
  return (subgraph) => {
    const known = traffics.get(subgraph);
    if (known) return known;
    const traffic = new SubgraphTraffic(durations.of({ subgraph }));
    traffics.set(subgraph, traffic);
    return traffic;
  };
}

function sumOf(loads: readonly SubgraphLoad[]): SubgraphLoad {
  const sum = { inFlight: 0, instances: { well: 0, ejected: 0 }, retries: { sent: 0, overBudget: 0, left: 0 } };
  for (const { inFlight, instances, retries } of loads) {
    sum.inFlight += inFlight;
    sum.instances.well += instances.well;
    sum.instances.ejected += instances.ejected;
    sum.retries.sent += retries.sent;
    sum.retries.overBudget += retries.overBudget;
    sum.retries.left += retries.left;
  }
  return sum;
}
