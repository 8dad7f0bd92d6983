import { ConcurrencyLimit } from '@tributary/runtime/concurrency/concurrency-limit';
import type { HttpHandler } from '@tributary/runtime/http/http-message';
import { startHttpServer } from '@tributary/runtime/http/http-server';
import type { HttpServerOptions } from '@tributary/runtime/http/http-server-options';
import { parseJsonObjectOrList, readJsonObjectOrList } from '@tributary/runtime/http/read-json-body';
import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { startInScope } from '@tributary/runtime/lifecycle/start-in-scope';
import { HttpTraffic } from '@tributary/runtime/metrics/http-traffic';
import type { AnswerCounters } from './answer-cache/answer-outcome.ts';
import { gatewayCors } from './edge/cors.ts';
import { openExplorer, withLandingPage } from './explorer/explorer.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { readGatewayCounts } from './metrics/gateway-metrics.ts';
import { type GatewayCore, openCore } from './start/gateway-core.ts';
import { type GatewayServices, openServices } from './start/gateway-services.ts';
import { startGraphql } from './start/start-graphql.ts';
import { createReachability } from './subgraph-fetch/reachability.ts';
import { createStreamCookieHandler, STREAM_COOKIE_PATH } from './subscriptions/stream-cookie.ts';
import { recallInSpans } from './tracing/cache-spans.ts';

export interface Gateway {
  url: string;
  /** What became of queries, where answers are kept. */
  answerCounters?: AnswerCounters | undefined;
  stop(): Promise<void>;
}

const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Starts the gateway over a supergraph.
 * @throws StartError when the supergraph, a key, a URL or the port cannot be used; nothing is left open then
 */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
  return startInScope((scope) => start(options, scope));
}

async function start(options: GatewayOptions, scope: Scope): Promise<Omit<Gateway, 'stop'>> {
  const { isDevelopment, mostRequests, metrics } = options;
  const core = await openCore(options, scope);
  const explorer = isDevelopment
    ? await openExplorer(options.explorer ?? { page: 'sandbox' }, core.gateway)
    : undefined;
  const services = await openServices(options, core, scope);
  const handle = await startGraphql(options, core, services, scope);
  const concurrency = mostRequests === undefined ? undefined : new ConcurrencyLimit({ most: mostRequests });
  const server = await startHttpServer({
    ...edgeOptions(options, core, services),
    handleGraphql: explorer ? withLandingPage(handle, explorer.serveLanding) : handle,
    routes: { ...explorer?.routes, [STREAM_COOKIE_PATH]: { POST: streamCookieHandler(options, core) } },
    concurrency,
    ...(explorer && { onLanding: explorer.serveLanding }),
  });
  const { url } = scope.own(server, undefined, 'HTTP server');
  const { subscriptions, rateLimits, answerCaching } = services;
  // They never end by themselves: the server would wait for them in vain.
  scope.own(subscriptions, () => subscriptions?.stop(), 'streams of subscriptions');
  const answers = answerCaching?.answers.counters;
  if (metrics) readGatewayCounts(metrics, { answers, rateLimits, subscriptions, concurrency });
  return { url, answerCounters: answers };
}

/** How the HTTP edge of a gateway is set. */
function edgeOptions(
  options: GatewayOptions,
  { clients, trust }: GatewayCore,
  { answerCaching, defaultHeaders }: GatewayServices,
): Omit<HttpServerOptions, 'handleGraphql'> {
  const { host, port, allowedOrigins, isDevelopment, tracing, metrics, logger } = options;
  return {
    host,
    port,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    readBody: readJsonObjectOrList,
    isReady: createReachability(() => clients.served.values(), trust.ownHeaders('readiness')),
    recall: answerCaching && {
      answer: tracing ? recallInSpans(answerCaching.recall) : answerCaching.recall,
      parse: parseJsonObjectOrList,
    },
    tracing,
    defaultHeaders,
    stopNoticeMs: options.stopNoticeMs ?? 0,
    mostConnections: options.mostConnections,
    requestLogPerSecond: options.requestLogPerSecond,
    traffic: metrics && new HttpTraffic(metrics),
    cors: gatewayCors(allowedOrigins, isDevelopment),
    logger,
  };
}

function streamCookieHandler({ isDevelopment, logger }: GatewayOptions, { trust }: GatewayCore): HttpHandler {
  return createStreamCookieHandler({ verifier: trust.verifier, isSecure: !isDevelopment, logger });
}
