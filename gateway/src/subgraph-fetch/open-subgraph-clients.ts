import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { GatewayOptions } from '../gateway-options.ts';
import type { Trust } from '../identity/trust.ts';
import { measureSubgraphs } from '../metrics/subgraph-metrics.ts';
import { SubgraphClientRegistry } from './subgraph-client-registry.ts';
import { refuseUnknownOverrides } from './subgraph-clients.ts';

const CONNECTION_LIMIT = 128;
const WAITING_LIMIT = 256;
const RESPONSE_LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Opens what makes the clients of subgraphs; the scope closes them.
 * @param subgraphs of the first supergraph
 * @throws StartError for a URL that is set for a subgraph that does not exist
 */
export function openSubgraphClients(
  { subgraphUrls, subgraphTimeoutMs, metrics, logger }: GatewayOptions,
  { subgraphs, trust, scope }: { subgraphs: readonly { name: string }[]; trust: Trust; scope: Scope },
): SubgraphClientRegistry {
  refuseUnknownOverrides(subgraphs, subgraphUrls);
  const clients = new SubgraphClientRegistry(subgraphUrls, {
    timeoutMs: subgraphTimeoutMs,
    connectionLimit: CONNECTION_LIMIT,
    waitingLimit: WAITING_LIMIT,
    responseLimitBytes: RESPONSE_LIMIT_BYTES,
    trafficOf: metrics && measureSubgraphs(metrics),
    certificate: trust.certificate,
    probeHeaders: trust.ownHeaders('probe'),
    onInstanceChange: ({ isEjected, ...change }) =>
      logger.warn(
        change,
        isEjected ? 'an instance of a subgraph gets no requests' : 'an instance of a subgraph is back',
      ),
  });
  return scope.own(clients, undefined, 'clients of subgraphs');
}
