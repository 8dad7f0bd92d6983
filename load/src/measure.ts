import autocannon from 'autocannon';
import type { Measurement, Scenario } from './scenario.ts';

/** Where and how hard to knock. */
export interface Load {
  readonly url: string;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Sends the scenario's request over all connections for as long as the load says. */
export async function measure(scenario: Scenario, load: Load): Promise<Measurement> {
  const result = await autocannon({
    url: load.url + scenario.path,
    method: scenario.method,
    connections: load.connections,
    duration: load.seconds,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${load.token}` },
    ...(scenario.body === undefined ? {} : { body: scenario.body }),
  });
  const answers = result['2xx'] + result.non2xx;
  return {
    scenario: scenario.name,
    requestsPerSecond: Math.round(answers / result.duration),
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    responseBytes: answers === 0 ? 0 : Math.round(result.throughput.total / answers),
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
