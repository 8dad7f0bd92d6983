import { createServer } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { listen } from '@tributary/runtime/http/listen';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { Metrics } from '@tributary/runtime/metrics/metrics';
import { createSubgraphClient, type SubgraphClientOptions } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphClientRegistry } from '../subgraph-fetch/subgraph-client-registry.ts';
import { measureSubgraphs } from './subgraph-metrics.ts';

let scope = new Scope();
afterEach(async () => {
  jest.useRealTimers();
  await scope.release();
  scope = new Scope();
});

const POLICIES = { timeoutMs: 5_000, connectionLimit: 1, waitingLimit: 10, responseLimitBytes: 1_000 };

function createMetrics(): Metrics {
  return new Metrics((error) => {
    throw error;
  });
}

/** A subgraph that answers so, and its measured client. */
async function measured(answer: string | undefined, options: Partial<SubgraphClientOptions> = {}) {
  const server = createServer((_, response) => {
    if (answer !== undefined) response.end(answer);
  });
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  scope.own(server, () => {
    server.closeAllConnections();
    server.close();
  });
  const metrics = createMetrics();
  const client = createSubgraphClient({
    name: 'orders',
    urls: [new URL(`http://127.0.0.1:${port}/graphql`)],
    ...POLICIES,
    trafficOf: measureSubgraphs(metrics),
    ...options,
  });
  scope.own(client);
  const values = async () => {
    const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith('tributary_'));
    return lines.filter((line) => !line.includes('_bucket{') && !line.endsWith(' 0') && !line.includes('_sum{'));
  };
  return { client, values };
}

const COUNT = 'tributary_subgraph_fetch_duration_seconds_count{subgraph="orders"} 1';
const fetches = (outcome: string) => `tributary_subgraph_fetches_total{subgraph="orders",outcome="${outcome}"} 1`;

describe('the metrics of subgraphs', () => {
  it('count what is answered, and what of it has errors', async () => {
    const well = await measured('{"data":{"me":null}}');
    await well.client.send('{}');
    expect(await well.values()).toEqual(expect.arrayContaining([COUNT, fetches('ok')]));
    const unwell = await measured('{"errors":[{"message":"no"}]}');
    await unwell.client.send('{}');
    expect(await unwell.values()).toEqual(expect.arrayContaining([COUNT, fetches('graphql-errors')]));
  });

  it('count what fails by its code, and what nobody waited for by itself', async () => {
    const wrong = await measured('not GraphQL');
    await expect(wrong.client.send('{}')).rejects.toThrow();
    expect(await wrong.values()).toContain(fetches('SUBGRAPH_INVALID_RESPONSE'));
    const silent = await measured(undefined);
    const left = { aborted: true, toAbortSignal: () => AbortSignal.abort() };
    await expect(silent.client.send('{}', undefined, { signal: left })).rejects.toThrow();
    expect(await silent.values()).toContain(fetches('abandoned'));
  });

  it('show what waits for an answer, the instances and the budget of retries, until the client is gone', async () => {
    const { client, values } = await measured(undefined);
    const sent = client.send('{}');
    sent.catch(() => undefined);
    expect(await values()).toEqual(
      expect.arrayContaining([
        'tributary_subgraph_fetches_in_flight{subgraph="orders"} 1',
        'tributary_subgraph_instances{subgraph="orders",state="well"} 1',
        'tributary_subgraph_retry_budget{subgraph="orders"} 10',
      ]),
    );
    await client.stop();
    await expect(sent).rejects.toThrow();
    expect((await values()).filter((line) => line.includes('instances') || line.includes('in_flight'))).toEqual([]);
  });

  it('show no instances for good of supergraphs that were refused', async () => {
    const metrics = createMetrics();
    const registry = scope.own(
      new SubgraphClientRegistry(new Map(), { ...POLICIES, trafficOf: measureSubgraphs(metrics) }),
    );
    const instances = async () => /_instances{subgraph="orders",state="well"} (\d+)/.exec(await metrics.text())?.[1];
    const [served, refused] = [1, 2].map((port) => [{ name: 'orders', url: `http://127.0.0.1:${port}/graphql` }]);
    registry.serve(registry.clientsFor(served ?? []));

    jest.useFakeTimers();
    registry.clientsFor(refused ?? []);
    registry.retireUnserved();
    expect(await instances()).toBe('2');
    await jest.advanceTimersByTimeAsync(60_000);
    expect(await instances()).toBe('1');

    const unreadable = [
      { name: 'orders', url: 'http://127.0.0.1:3/graphql' },
      { name: 'reviews', url: 'nowhere' },
    ];
    expect(() => registry.clientsFor(unreadable)).toThrow('the URL of subgraph "reviews"');
    expect(await instances()).toBe('1');
  });
});
