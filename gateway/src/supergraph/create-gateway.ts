import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { openAudit } from '../audit/open-audit.ts';
import type { AuthorisationOptions } from '../authorisation/authoriser.ts';
import { readProtectedSupergraph } from '../authorisation/protected-supergraph.ts';
import { supergraphAccess } from '../authorisation/supergraph-access.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import type { Trust } from '../identity/trust.ts';
import { defaultPlanningLimits } from '../limits/planner-limits.ts';
import type { OperationList } from '../persisted-operations/operation-list.ts';
import type { SharedRedis } from '../persisted-operations/shared-redis.ts';
import type { SubgraphClientRegistry } from '../subgraph-fetch/subgraph-client-registry.ts';
import { openWarmUp } from '../warm-up/open-warm-up.ts';
import type { ServerGateway } from './apollo-gateway.ts';
import { CompiledGateway } from './compiled-gateway.ts';
import { subgraphsIn } from './supergraph-file.ts';

/** What a gateway executes operations with. */
export interface GatewayParts {
  /** The first one. */
  readonly supergraphSdl: string;
  readonly clients: SubgraphClientRegistry;
  readonly trust: Trust;
  /** The operations that are published now. */
  readonly published: () => OperationList;
  readonly redis: SharedRedis | undefined;
  readonly scope: Scope;
}

const NO_WARM_UP = { operations: 0, limitMs: 0 };

/**
 * Makes a gateway as Apollo Server takes it, which loads the supergraph when it is started; the scope ends what tells others of its
 * work.
 * @throws Error for a supergraph that Apollo's executor cannot serve
 */
export async function createGateway(
  options: GatewayOptions,
  parts: GatewayParts,
): Promise<ServerGateway | CompiledGateway> {
  return options.executor === 'stock' ? createStockGateway(options, parts) : createCompiledGateway(options, parts);
}

function createCompiledGateway(
  options: GatewayOptions,
  { supergraphSdl, clients, trust, published, redis, scope }: GatewayParts,
): CompiledGateway {
  const { planningLimits = defaultPlanningLimits, answerLimit, costs, sharing, logger } = options;
  const { certificate, ownHeaders } = trust;
  const warmUp = openWarmUp(options.warmUp ?? NO_WARM_UP, { redis: redis?.commands, published, scope, logger });
  const audit = openAudit(options.audit, { headersOf: ownHeaders('audit'), certificate, scope, logger });
  return new CompiledGateway({
    supergraphSdl,
    clients,
    ownHeaders: ownHeaders('smoke-test'),
    logger,
    planningLimits,
    answerLimit,
    costs: costs === 'off' ? undefined : costs,
    authorisation: enforcement(options),
    sharing: sharing ?? 'off',
    observeErrors: audit?.observe,
    ...warmUp,
  });
}

/** Apollo's package takes 40 MB and a third of the time of a start, so it is loaded where it is asked for. */
async function createStockGateway(
  { logger }: GatewayOptions,
  { supergraphSdl, clients }: GatewayParts,
): Promise<ServerGateway> {
  const { createApolloGateway } = await import('./apollo-gateway.ts');
  const { sdl, document, rules } = readProtectedSupergraph(supergraphSdl);
  supergraphAccess(rules, 'off');
  const all = clients.clientsFor(subgraphsIn(document));
  clients.serve(all);
  return createApolloGateway({ supergraphSdl: sdl, clients: all, logger });
}

function enforcement({ authorisation, logger }: GatewayOptions): AuthorisationOptions | 'off' {
  if (authorisation === 'off') return 'off';
  return {
    ...(authorisation ?? { policies: new Map(), unauthorised: 'remove' }),
    onPolicyFailure: (policy, error) => logger.error({ err: error, policy }, 'a policy failed, so nobody passes it'),
  };
}
