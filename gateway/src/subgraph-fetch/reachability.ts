import type { Readiness } from '@tributary/runtime/http/readiness';
import type { HeadersOf, SubgraphClient } from './subgraph-client.ts';
import { SubgraphFailure } from './subgraph-failure.ts';
import { PROBE_BODY } from './subgraph-instance.ts';

const PROBE_TIMEOUT_MS = 1_000;

/** The least time between the starts of two rounds of requests, so that many probes cannot load the subgraphs. */
const ROUND_INTERVAL_MS = 1_000;

/**
 * Tells which subgraphs can be reached. A gateway is ready whatever the outcome: taking it out of rotation would turn a part
 * of the graph that is missing into all of it. So it makes nobody wait for a subgraph that hangs, either: it tells what the last
 * round of requests that has ended came to, and begins another where none is under way. Only the first is waited for,
 * `PROBE_TIMEOUT_MS` at most.
 * @param clients those of the supergraph that is served
 * @param headersOf makes those of a probe
 * @param now a clock that never goes back, in ms
 */
export function createReachability(
  clients: () => Iterable<SubgraphClient>,
  headersOf: HeadersOf,
  now: () => number = () => performance.now(),
): () => Promise<Readiness> {
  let known: Promise<Readiness> | undefined;
  let isUnderWay = false;
  let startedAtMs = 0;

  async function probe(): Promise<Readiness> {
    const checks = await Promise.all(
      [...clients()].map(async (client) => [`subgraph ${client.name}`, await check(client, headersOf)] as const),
    );
    return { isReady: true, checks: Object.fromEntries(checks) };
  }

  function begin(): Promise<Readiness> {
    const round = probe();
    const end = () => {
      known = round;
      isUnderWay = false;
    };
    isUnderWay = true;
    startedAtMs = now();
    round.then(end, end);
    return round;
  }

  return () => {
    if (!known) known = begin();
    else if (!isUnderWay && now() - startedAtMs > ROUND_INTERVAL_MS) void begin();
    return known;
  };
}

async function check(client: SubgraphClient, headersOf: HeadersOf) {
  try {
    const { answer } = await client.send(PROBE_BODY, headersOf, { timeoutMs: PROBE_TIMEOUT_MS });
    const refusal = answer.errors.find(({ extensions }) => String(extensions['code']).startsWith('GATEWAY_SIGNATURE_'));
    return refusal ? { isOk: false, why: `It does not take us for the gateway: ${refusal.message}` } : { isOk: true };
  } catch (error) {
    if (error instanceof SubgraphFailure) return { isOk: false, why: error.message };
    throw error;
  }
}
