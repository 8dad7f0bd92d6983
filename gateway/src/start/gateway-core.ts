import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { parse } from 'graphql';
import type { GatewayOptions } from '../gateway-options.ts';
import { openTrust, type Trust } from '../identity/trust.ts';
import {
  defaultPersistedOperations,
  openPersistedOperations,
  type PersistedOperations,
} from '../persisted-operations/persisted-operations.ts';
import { openSharedRedis, type SharedRedis } from '../persisted-operations/shared-redis.ts';
import { type OpenedSupergraph, openSupergraph } from '../schema-registry/open-supergraph.ts';
import { openSubgraphClients } from '../subgraph-fetch/open-subgraph-clients.ts';
import type { SubgraphClientRegistry } from '../subgraph-fetch/subgraph-client-registry.ts';
import type { ServerGateway } from '../supergraph/apollo-gateway.ts';
import { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { createGateway } from '../supergraph/create-gateway.ts';
import { subgraphsIn } from '../supergraph/supergraph-file.ts';

/** What executes operations, and what all else of a gateway stands on. */
export interface GatewayCore {
  /** Absent where this gateway shares nothing with others. */
  readonly redis: SharedRedis | undefined;
  readonly supergraph: OpenedSupergraph;
  readonly trust: Trust;
  readonly clients: SubgraphClientRegistry;
  readonly persistedOperations: PersistedOperations;
  readonly gateway: ServerGateway;
  /** The same with our executor; absent with Apollo's. */
  readonly compiled: CompiledGateway | undefined;
}

/**
 * Opens it; the scope closes it.
 * @throws StartError when the supergraph, a key, a certificate or a URL cannot be used
 */
export async function openCore(options: GatewayOptions, scope: Scope): Promise<GatewayCore> {
  const { supergraphOrigin = 'file', supergraphFile: file, logger } = options;
  const redis = await openSharedRedis(options.cache?.url, { logger });
  if (redis) scope.own(redis, undefined, 'Redis of persisted operations');
  const supergraph = await openSupergraph(supergraphOrigin, { file, redis, logger });
  const supergraphSdl = supergraph.first.sdl;
  const trust = await openTrust(options, scope);
  const subgraphs = subgraphsIn(parse(supergraphSdl, { noLocation: true }));
  const clients = openSubgraphClients(options, { subgraphs, trust, scope });
  const persistedOperations = await openPersistedOperations(options.persistedOperations ?? defaultPersistedOperations, {
    redis,
    scope,
    logger,
  });
  const published = persistedOperations.list;
  const gateway = await createGateway(options, { supergraphSdl, clients, trust, published, redis, scope });
  const compiled = gateway instanceof CompiledGateway ? gateway : undefined;
  return { redis, supergraph, trust, clients, persistedOperations, gateway, compiled };
}
