import type { Readiness } from '@tributary/runtime/http/readiness';
import type { HeadersOf, SubgraphClient } from './subgraph-client.ts';
import { SubgraphFailure } from './subgraph-failure.ts';
import { PROBE_BODY } from './subgraph-instance.ts';

const PROBE_TIMEOUT_MS = 1_000;

/** How long probes share one round of requests, so that many of them cannot load the subgraphs. */
const FRESH_MS = 1_000;

/**
 * Tells which subgraphs can be reached. A gateway is ready whatever the outcome: taking it out of rotation would turn a part
 * of the graph that is missing into all of it.
 * @param clients those of the supergraph that is served
 * @param headersOf makes those of a probe
 */
export function createReachability(
  clients: () => Iterable<SubgraphClient>,
  headersOf: HeadersOf,
): () => Promise<Readiness> {
  let round: { startedAtMs: number; readiness: Promise<Readiness> } | undefined;

  async function probe(): Promise<Readiness> {
    const checks = await Promise.all(
      [...clients()].map(async (client) => [`subgraph ${client.name}`, await check(client, headersOf)] as const),
    );
    return { isReady: true, checks: Object.fromEntries(checks) };
  }

  return () => {
    const nowMs = performance.now();
    if (!round || nowMs - round.startedAtMs > FRESH_MS) round = { startedAtMs: nowMs, readiness: probe() };
    return round.readiness;
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
