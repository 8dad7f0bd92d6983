import type { ApolloServer } from '@apollo/server';
import type { HttpHandler } from '@tributary/runtime/http/http-message';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { withAnswerCache } from '../answer-cache/cached-gateway.ts';
import { compressAnswers } from '../edge/compression.ts';
import { createGraphqlHandler } from '../edge/graphql-handler.ts';
import { createGraphqlServer } from '../edge/graphql-server.ts';
import { retryAfterPlugin } from '../edge/retry-after-plugin.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { GatewayOptions } from '../gateway-options.ts';
import { defaultLimits } from '../limits/operation-limits.ts';
import { createAdmissionPlugin } from '../rate-limit/admission-plugin.ts';
import { createRequestAccounts } from '../rate-limit/request-accounts.ts';
import { followSupergraph } from '../schema-registry/follow-supergraph.ts';
import { createShortCut, type ShortCut } from '../short-cut/short-cut.ts';
import { withEventStreams } from '../subscriptions/event-streams.ts';
import { subscriptionPlugin } from '../subscriptions/subscription-plugin.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { createUsagePlugin } from '../usage/usage-plugin.ts';
import type { GatewayCore } from './gateway-core.ts';
import type { GatewayServices } from './gateway-services.ts';

const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;

/**
 * Loads the supergraph, follows its changes, and answers `/graphql`; the scope ends that.
 * @throws StartError when the supergraph cannot be served
 */
export async function startGraphql(
  options: GatewayOptions,
  core: GatewayCore,
  services: GatewayServices,
  scope: Scope,
): Promise<HttpHandler> {
  const server = createServer(options, core, services);
  await server.start().catch((error: Error) => {
    throw new StartError(`cannot serve ${options.supergraphFile}: ${error.message}`, { cause: error });
  });
  scope.own(server, () => server.stop(), 'Apollo Server');
  follow(core, options, scope);
  const handle = createHandler(server, options, core, services);
  return withEventStreams(options.hasCompression ? compressAnswers(handle) : handle, {
    subscriptions: services.subscriptions,
    allowedOrigins: options.allowedOrigins,
    logger: options.logger,
  });
}

function createServer(
  { isDevelopment, introspectionRoles: roles = [], limits = defaultLimits, logger }: GatewayOptions,
  { gateway, compiled, persistedOperations }: GatewayCore,
  { usage, knownOperations, admit, operationMetrics, answerCaching, formatError }: GatewayServices,
): ApolloServer<GatewayContext> {
  return createGraphqlServer({
    gateway: compiled && answerCaching ? withAnswerCache(compiled, answerCaching.answers) : gateway,
    schemaDetails: { isDevelopment, roles },
    limits,
    formatError,
    persistedQueries: persistedOperations.forApollo,
    plugins: [
      ...(usage ? [createUsagePlugin(usage)] : []),
      subscriptionPlugin,
      knownOperations.plugin,
      retryAfterPlugin,
      ...(admit ? [createAdmissionPlugin(admit)] : []),
      ...(operationMetrics ? [operationMetrics.plugin] : []),
    ],
    logger,
  });
}

/** Apollo's executor serves the first supergraph for good. */
function follow({ compiled, supergraph }: GatewayCore, { logger }: GatewayOptions, scope: Scope): void {
  if (!compiled) return;
  const follower = followSupergraph(supergraph.source, {
    served: supergraph.first.version,
    serve: ({ sdl, smokeOperations }) => compiled.update(sdl, smokeOperations),
    logger,
  });
  // It waits for an update that is under way, which ends with the gateway.
  scope.own(follower, () => Promise.all([follower.stop(), compiled.stop()]), 'follower of the supergraph');
}

function createHandler(
  server: ApolloServer<GatewayContext>,
  options: GatewayOptions,
  { compiled, trust: { verifier, subgraphHeaders }, persistedOperations: { admission } }: GatewayCore,
  services: GatewayServices,
): HttpHandler {
  const { isDevelopment, sharing = 'off', batchLimit = 0, logger } = options;
  const { answerCaching, rateLimits, admit, callerKey, clientAddress, sessions, operationMetrics } = services;
  return createGraphqlHandler({
    server,
    verifier,
    subgraphHeaders,
    clientAddress,
    explainPolicy: { isDevelopment, roles: options.explainRoles },
    allowedOrigins: options.allowedOrigins,
    callerKey: sharing === 'off' && !answerCaching ? undefined : callerKey,
    keepsAnswers: answerCaching !== undefined,
    sessions,
    catchUp: answerCaching && (() => answerCaching.answers.catchUp()),
    admission,
    accounts: createRequestAccounts({ rateLimits, isWeighed: admit !== undefined, mostOperations: batchLimit }),
    shortCut: compiled && options.hasShortCut !== false ? openShortCut(compiled, services) : undefined,
    batchLimit,
    requestTimeoutMs: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    operationMetrics,
    logger,
  });
}

/** What it has let in stays known when another supergraph is served. */
function openShortCut(gateway: CompiledGateway, services: GatewayServices): ShortCut {
  gateway.beforeUpdate(services.knownOperations.carryOver);
  return createShortCut({ ...services, gateway });
}
