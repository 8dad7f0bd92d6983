import { ConcurrencyLimit } from '@tributary/runtime/concurrency/concurrency-limit';
import { startHttpServer } from '@tributary/runtime/http/http-server';
import { parseJsonObjectOrList, readJsonObjectOrList } from '@tributary/runtime/http/read-json-body';
import { securityHeadersWithTransport } from '@tributary/runtime/http/security-headers';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { HttpTraffic } from '@tributary/runtime/metrics/http-traffic';
import { openGatewayKeys } from '@tributary/runtime/signature/gateway-keys';
import { readServiceCertificate } from '@tributary/runtime/tls/service-certificate';
import { parse } from 'graphql';
import type { AnswerCounters } from './answer-cache/answer-outcome.ts';
import { withAnswerCache } from './answer-cache/cached-gateway.ts';
import { openAnswerCaching } from './answer-cache/open-answer-caching.ts';
import { openAudit } from './audit/open-audit.ts';
import type { AuthorisationOptions } from './authorisation/authoriser.ts';
import { readSupergraphAccess } from './authorisation/supergraph-access.ts';
import { openCosts } from './cost/open-costs.ts';
import { createClientAddress } from './edge/client-address.ts';
import { compressAnswers } from './edge/compression.ts';
import { gatewayCors } from './edge/cors.ts';
import { createEdgeErrorFormatter } from './edge/format-error.ts';
import { createGraphqlHandler } from './edge/graphql-handler.ts';
import { createGraphqlServer } from './edge/graphql-server.ts';
import { retryAfterPlugin } from './edge/retry-after-plugin.ts';
import { openExplorer, withLandingPage } from './explorer/explorer.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { startIdentity } from './identity/identity.ts';
import { createSubgraphHeaders } from './identity/subgraph-headers.ts';
import { defaultLimits } from './limits/operation-limits.ts';
import { defaultPlanningLimits } from './limits/planner-limits.ts';
import { readGatewayCounts } from './metrics/gateway-metrics.ts';
import { OperationMetrics } from './metrics/operation-metrics.ts';
import { measureSubgraphs } from './metrics/subgraph-metrics.ts';
import { defaultPersistedOperations, openPersistedOperations } from './persisted-operations/persisted-operations.ts';
import { openSharedRedis } from './persisted-operations/shared-redis.ts';
import { createAdmissionPlugin } from './rate-limit/admission-plugin.ts';
import { openRateLimits } from './rate-limit/open-rate-limits.ts';
import { createRequestAccounts } from './rate-limit/request-accounts.ts';
import { followSupergraph } from './schema-registry/follow-supergraph.ts';
import { openSupergraph } from './schema-registry/open-supergraph.ts';
import { createSessionTokens } from './session-token/session-tokens.ts';
import { createCallerKey } from './sharing/caller-key.ts';
import { createKnownOperations } from './short-cut/known-operations.ts';
import { createShortCut } from './short-cut/short-cut.ts';
import { createReachability } from './subgraph-fetch/reachability.ts';
import { SubgraphClientRegistry } from './subgraph-fetch/subgraph-client-registry.ts';
import { refuseUnknownOverrides } from './subgraph-fetch/subgraph-clients.ts';
import { withEventStreams } from './subscriptions/event-streams.ts';
import { createStreamCookieHandler, STREAM_COOKIE_PATH } from './subscriptions/stream-cookie.ts';
import { defaultSubscriptionLimits } from './subscriptions/subscription-limits.ts';
import { subscriptionPlugin } from './subscriptions/subscription-plugin.ts';
import { Subscriptions } from './subscriptions/subscriptions.ts';
import type { ServerGateway, StockGatewaySource } from './supergraph/apollo-gateway.ts';
import { CompiledGateway } from './supergraph/compiled-gateway.ts';
import { subgraphsIn } from './supergraph/supergraph-file.ts';
import { recallInSpans } from './tracing/cache-spans.ts';
import { openUsage } from './usage/open-usage.ts';
import { createUsagePlugin } from './usage/usage-plugin.ts';
import { openWarmUp } from './warm-up/open-warm-up.ts';

export interface Gateway {
  url: string;
  /** What became of queries, where answers are kept. */
  answerCounters?: AnswerCounters | undefined;
  stop(): Promise<void>;
}

const KNOWN_OPERATIONS_BYTES = 32 * 1024 * 1024;
const DEFAULT_SESSION_TTL_MS = 10_000;
const BODY_LIMIT_BYTES = 1024 * 1024;
const DEFAULT_REQUEST_TIMEOUT_MS = 30_000;
const SUBGRAPH_CONNECTION_LIMIT = 128;
const SUBGRAPH_WAITING_LIMIT = 256;
const SUBGRAPH_RESPONSE_LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Starts the gateway over a supergraph.
 * @throws StartError when the supergraph, a key, a URL or the port cannot be used; nothing is left open then
 */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
  return startInScope((scope) => start(options, scope));
}

async function start(options: GatewayOptions, scope: Scope): Promise<Omit<Gateway, 'stop'>> {
  const {
    isDevelopment,
    limits = defaultLimits,
    planningLimits = defaultPlanningLimits,
    answerLimit,
    metrics,
    logger,
  } = options;
  const { sharing = 'off', sharingHeaders = [] } = options;
  const redis = await openSharedRedis(options.cache?.url, { logger });
  if (redis) scope.own(redis, undefined, 'Redis of persisted operations');
  const { first, source: supergraphs } = await openSupergraph(options.supergraphOrigin ?? 'file', {
    file: options.supergraphFile,
    redis,
    logger,
  });
  const keys = options.signingKeys && scope.own(await openGatewayKeys(options.signingKeys, { logger }));
  const certificate = options.certificate && (await readServiceCertificate(options.certificate));
  const subgraphHeaders = createSubgraphHeaders(keys);
  const verifier =
    options.tokens &&
    (await startIdentity(scope, options.tokens, {
      headersOf: subgraphHeaders({ requestId: 'revocations', viewer: null, isExplained: false }),
      certificate,
      logger,
    }));
  if (!verifier) logger.warn('no key for access tokens is configured: every caller is anonymous');
  if (keys === undefined) logger.warn('no signing key is configured: subgraphs are not told the viewer');

  refuseUnknownOverrides(subgraphsIn(parse(first.sdl, { noLocation: true })), options.subgraphUrls);
  const clients = new SubgraphClientRegistry(options.subgraphUrls, {
    timeoutMs: options.subgraphTimeoutMs,
    connectionLimit: SUBGRAPH_CONNECTION_LIMIT,
    waitingLimit: SUBGRAPH_WAITING_LIMIT,
    responseLimitBytes: SUBGRAPH_RESPONSE_LIMIT_BYTES,
    trafficOf: metrics && measureSubgraphs(metrics),
    certificate,
    probeHeaders: subgraphHeaders({ requestId: 'probe', viewer: null, isExplained: false }),
    onInstanceChange: ({ isEjected, ...change }) =>
      logger.warn(
        change,
        isEjected ? 'an instance of a subgraph gets no requests' : 'an instance of a subgraph is back',
      ),
  });
  scope.own(clients, undefined, 'clients of subgraphs');

  const persistedOperations = await openPersistedOperations(options.persistedOperations ?? defaultPersistedOperations, {
    redis,
    scope,
    logger,
  });
  const warmUp = openWarmUp(options.warmUp ?? { operations: 0, limitMs: 0 }, {
    redis: redis?.commands,
    published: persistedOperations.list,
    scope,
    logger,
  });
  const audit = openAudit(options.audit, {
    headersOf: subgraphHeaders({ requestId: 'audit', viewer: null, isExplained: false }),
    certificate,
    scope,
    logger,
  });
  const gateway =
    options.executor === 'stock'
      ? await stockGateway({ supergraphSdl: first.sdl, clients, logger })
      : new CompiledGateway({
          supergraphSdl: first.sdl,
          clients,
          ownHeaders: subgraphHeaders({ requestId: 'smoke-test', viewer: null, isExplained: false }),
          logger,
          planningLimits,
          answerLimit,
          costs: options.costs === 'off' ? undefined : options.costs,
          authorisation: enforcement(options),
          sharing,
          observeErrors: audit?.observe,
          ...warmUp,
        });
  const usage = openUsage(options.usageDays ?? 0, { redis, scope, logger });
  const explorer = isDevelopment ? await openExplorer(options.explorer ?? { page: 'sandbox' }, gateway) : undefined;
  const { admission } = persistedOperations;
  const operationMetrics = metrics && new OperationMetrics(metrics, persistedOperations.list);
  const callerKey = createCallerKey(sharingHeaders);
  const defaultHeaders = securityHeadersWithTransport(options.httpsOnlySeconds ?? 0);
  const clientAddress = createClientAddress(options.trustedProxies ?? []);
  const rateLimits = openRateLimits(options.rateLimits, { redis: redis?.commands, clientAddress, scope, logger });
  const admit = gateway instanceof CompiledGateway ? openCosts(options, { gateway, redis, scope }) : undefined;
  const { sessionTtlMs = DEFAULT_SESSION_TTL_MS } = options;
  const sessions =
    keys && sessionTtlMs > 0 ? createSessionTokens({ keys, ttlMs: sessionTtlMs, isSecure: !isDevelopment }) : undefined;
  const answerCaching =
    gateway instanceof CompiledGateway
      ? await openAnswerCaching(options, {
          gateway,
          verifier,
          callerKey,
          admission,
          defaultHeaders,
          rateLimits,
          sessions,
          scope,
        })
      : undefined;
  const formatError = createEdgeErrorFormatter(logger, limits);
  const subscriptions =
    options.viewerEvents && gateway instanceof CompiledGateway
      ? new Subscriptions({
          gateway,
          admit,
          operationCost: rateLimits?.operationCost,
          events: options.viewerEvents,
          verifier,
          limits: options.subscriptionLimits ?? defaultSubscriptionLimits,
          formatError,
          logger,
        })
      : undefined;
  const endStreams = () => subscriptions?.stop();
  scope.own(subscriptions, endStreams, 'subscriptions');
  const knownOperations = createKnownOperations(KNOWN_OPERATIONS_BYTES);
  const server = createGraphqlServer({
    gateway:
      answerCaching && gateway instanceof CompiledGateway ? withAnswerCache(gateway, answerCaching.answers) : gateway,
    schemaDetails: { isDevelopment, roles: options.introspectionRoles ?? [] },
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
  await server.start().catch((error: Error) => {
    throw new StartError(`cannot serve ${options.supergraphFile}: ${error.message}`, { cause: error });
  });
  scope.own(server, () => server.stop(), 'Apollo Server');
  if (gateway instanceof CompiledGateway) {
    const follower = followSupergraph(supergraphs, {
      served: first.version,
      serve: ({ sdl, smokeOperations }) => gateway.update(sdl, smokeOperations),
      logger,
    });
    scope.own(follower, undefined, 'follower of the supergraph');
  }

  const handleGraphql = createGraphqlHandler({
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
    accounts: createRequestAccounts({
      rateLimits,
      isWeighed: admit !== undefined,
      mostOperations: options.batchLimit ?? 0,
    }),
    shortCut:
      options.hasShortCut !== false && gateway instanceof CompiledGateway
        ? createShortCut({ gateway, knownOperations, admit, formatError, answerCaching, operationMetrics, usage })
        : undefined,
    batchLimit: options.batchLimit ?? 0,
    requestTimeoutMs: options.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
    operationMetrics,
    logger,
  });
  const answer = withEventStreams(options.hasCompression ? compressAnswers(handleGraphql) : handleGraphql, {
    subscriptions,
    allowedOrigins: options.allowedOrigins,
    logger,
  });
  const concurrency =
    options.mostRequests === undefined ? undefined : new ConcurrencyLimit({ most: options.mostRequests });
  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    readBody: readJsonObjectOrList,
    isReady: createReachability(
      () => clients.served.values(),
      subgraphHeaders({ requestId: 'readiness', viewer: null, isExplained: false }),
    ),
    handleGraphql: explorer ? withLandingPage(answer, explorer.serveLanding) : answer,
    routes: {
      ...explorer?.routes,
      [STREAM_COOKIE_PATH]: { POST: createStreamCookieHandler({ verifier, isSecure: !isDevelopment, logger }) },
    },
    recall: answerCaching && {
      answer: options.tracing ? recallInSpans(answerCaching.recall) : answerCaching.recall,
      parse: parseJsonObjectOrList,
    },
    tracing: options.tracing,
    defaultHeaders,
    stopNoticeMs: options.stopNoticeMs ?? 0,
    mostConnections: options.mostConnections,
    requestLogPerSecond: options.requestLogPerSecond,
    concurrency,
    traffic: metrics && new HttpTraffic(metrics),
    cors: gatewayCors(options.allowedOrigins, isDevelopment),
    logger,
    ...(explorer && { onLanding: explorer.serveLanding }),
  });
  const { url } = scope.own(http, undefined, 'HTTP server');
  // They never end by themselves: the server would wait for them in vain.
  scope.own(subscriptions, endStreams, 'streams of subscriptions');
  if (metrics) {
    const answers = answerCaching?.answers.counters;
    readGatewayCounts(metrics, { answers, rateLimits, subscriptions, concurrency });
  }
  return { url, answerCounters: answerCaching?.answers.counters };
}

/** Apollo's package takes 40 MB and a third of the time of a start, so it is loaded where it is asked for. */
async function stockGateway({
  supergraphSdl,
  clients,
  logger,
}: Omit<StockGatewaySource, 'clients'> & { clients: SubgraphClientRegistry }): Promise<ServerGateway> {
  const { createApolloGateway } = await import('./supergraph/apollo-gateway.ts');
  const { sdl } = readSupergraphAccess(supergraphSdl, 'off');
  const all = clients.clientsFor(subgraphsIn(parse(sdl, { noLocation: true })));
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
