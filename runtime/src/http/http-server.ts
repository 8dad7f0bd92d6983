import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConcurrencyLimit } from '../concurrency/concurrency-limit.ts';
import type { Logger } from '../logging/logger.ts';
import { createRequestLog } from '../logging/request-log.ts';
import type { HttpTraffic } from '../metrics/http-traffic.ts';
import type { ServiceCertificate } from '../tls/service-certificate.ts';
import { beginHttpSpan } from '../tracing/http-span.ts';
import type { Tracing } from '../tracing/trace-span.ts';
import { createAdmission } from './admission.ts';
import { answerClientErrors } from './client-errors.ts';
import { closeWhenIdle } from './close-when-idle.ts';
import { limitConnections } from './connection-limit.ts';
import { type CorsOptions, createCors, isPreflight, preflightResponse } from './cors.ts';
import { errorResponse } from './error-response.ts';
import { type HttpHandler, type HttpResponse, jsonResponse } from './http-message.ts';
import { defaultTimeouts, type HttpTimeouts } from './http-timeouts.ts';
import { IncomingRequest } from './incoming-request.ts';
import { listen } from './listen.ts';
import { createNodeServer } from './node-server.ts';
import { type RecalledResponse, writePrepared } from './prepared-response.ts';
import { type BodyReader, readJsonObject } from './read-json-body.ts';
import { type Readiness, readinessResponse, stoppingResponse } from './readiness.ts';
import { Recall, type RecallOptions } from './recall.ts';
import { refuseNul } from './refuse-nul.ts';
import { createRouter, type HttpRoute } from './router.ts';
import { type HeaderList, securityHeaders } from './security-headers.ts';
import { writeResponse } from './write-response.ts';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly bodyLimitBytes: number;
  /** Serves by https; requests then say whether the caller has shown a certificate of the same authority. */
  readonly certificate?: ServiceCertificate | undefined;
  /** Reads the body of a POST. Default: one JSON object, and a refusal of everything else. */
  readonly readBody?: BodyReader;
  readonly isReady: () => Promise<Readiness>;
  /** POST and GET `/graphql`. */
  readonly handleGraphql: HttpHandler;
  /** Asked before it; then bodies are read as JSON and parsed by what is said here, not by `readBody`. */
  readonly recall?: RecallOptions | undefined;
  /** How many GraphQL requests may be busy: those beyond are refused before they are parsed, but for recalled ones. */
  readonly concurrency?: ConcurrencyLimit | undefined;
  /** How many connections there may be; as many as the system allows unless told. */
  readonly mostConnections?: number | undefined;
  /** GET `/`. */
  readonly onLanding?: HttpHandler;
  /** More paths, such as public keys. */
  readonly routes?: Readonly<Record<string, HttpRoute>>;
  readonly cors?: CorsOptions;
  /** Told of GraphQL requests; absent where nothing is measured. */
  readonly traffic?: HttpTraffic | undefined;
  readonly logger: Logger;
  /** Records the traces of GraphQL requests; nothing is traced unless told. */
  readonly tracing?: Tracing | undefined;
  /** As in `RequestLogOptions`; 0, which logs none, unless told. */
  readonly requestLogPerSecond?: number | undefined;
  /** For handlers that set none of that name. Default: `securityHeaders`. */
  readonly defaultHeaders?: HeaderList;
  readonly timeouts?: Partial<HttpTimeouts>;
  /**
   * How long `stop()` goes on serving while `/health/ready` says that it stops, so that load balancers can turn away before
   * connections are refused. Default 0.
   */
  readonly stopNoticeMs?: number;
  /** How long `stop()` then waits for requests under way. Default 8,000: with no notice, within the limit of `runService`. */
  readonly drainLimitMs?: number;
}

export interface HttpServer {
  readonly url: string;
  readonly port: number;
  /** Gives notice, takes no new connection, lets the requests under way end within the limit, and closes what is left. */
  stop(): Promise<void>;
}

const GRAPHQL_PATH = '/graphql';
const readinessLimitMs = 2_000;

/** What Node takes by default, said here because a proxy in front may have to be told. */
const headersLimitBytes = 16 * 1024;

/**
 * The HTTP edge of every service: health, GraphQL, limits and errors on plain `node:http`.
 *
 * @throws StartError when the port cannot be had
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger, tracing, readBody = readJsonObject, defaultHeaders = securityHeaders, traffic } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const cors = options.cors && createCors(options.cors);
  const recall = options.recall && new Recall(options.recall, options.bodyLimitBytes);
  const admit = options.concurrency && createAdmission(options.concurrency, { logger, defaultHeaders });
  const noOriginHead = cors?.headersFor(undefined).flat() ?? [];
  const { requestLogPerSecond: perSecond = 0 } = options;
  const logRequest = perSecond > 0 ? createRequestLog({ logger, perSecond }) : undefined;
  let isStopping = false;

  const route = createRouter(
    {
      ...options.routes,
      ...(options.onLanding && { '/': { GET: options.onLanding } }),
      [GRAPHQL_PATH]: { GET: options.handleGraphql, POST: options.handleGraphql },
      '/health/live': { GET: () => jsonResponse(200, { isLive: true }) },
      '/health/ready': {
        GET: () =>
          isStopping ? stoppingResponse() : readinessResponse(options.isReady, { limitMs: readinessLimitMs, logger }),
      },
    },
    logger,
  );

  async function answer(request: IncomingRequest, message: IncomingMessage): Promise<HttpResponse | RecalledResponse> {
    try {
      if (cors && isPreflight(request.method, message.headers)) return preflightResponse(cors, message.headers.origin);
      refuseNul(request.search);
      if (!isGraphqlRequest(request)) return await route(request, () => readBody(message, options.bodyLimitBytes));
      const recalled = recall && (await recall.answer(request, message));
      if (recalled) return recalled;
      const handle = () =>
        route(request, async () => (recall ? recall.body(request) : readBody(message, options.bodyLimitBytes)));
      return await (admit ? admit(handle) : handle());
    } catch (error) {
      return errorResponse(error, { logger, requestId: request.requestId });
    }
  }

  async function serve(message: IncomingMessage, target: ServerResponse<IncomingMessage>): Promise<void> {
    // Its connection was refused: whoever was told to come back later would have it done twice.
    if (!message.socket.writable) return;
    const request = new IncomingRequest(message, target);
    const { requestId } = request;
    if (tracing !== undefined && isGraphqlRequest(request)) request.trace = beginHttpSpan(tracing, request, target);
    if (logRequest !== undefined && isGraphqlRequest(request)) logRequest(request, target);
    const beganAtMs = isGraphqlRequest(request) ? traffic?.began() : undefined;
    const response = await answer(request, message);
    if (beganAtMs !== undefined)
      traffic?.ended(beganAtMs, 'prepared' in response ? response.prepared.status : response.status);
    if ('prepared' in response) {
      const extraHead = ['x-request-id', requestId];
      if (isStopping) extraHead.push('connection', 'close');
      const { origin } = message.headers;
      const corsHead = origin === undefined ? noOriginHead : (cors?.headersFor(origin).flat() ?? []);
      writePrepared(target, response, [...corsHead, ...extraHead]);
      return;
    }
    const headers: (readonly [string, string])[] = [...defaultHeaders, ['x-request-id', requestId]];
    if (cors) headers.push(...cors.headersFor(message.headers.origin));
    if (isStopping) headers.push(['connection', 'close']);
    try {
      await writeResponse(target, response, headers);
    } catch (error) {
      logger.error({ err: error, requestId }, 'an answer could not be written');
      target.destroy();
    }
  }

  const server = createNodeServer(
    {
      certificate: options.certificate,
      maxHeaderSize: headersLimitBytes,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: timeouts.checkIntervalMs,
    },
    (message, target) => void serve(message, target),
  );
  // The client waits for a go-ahead before it sends a large body, so a refusal costs neither side the transfer.
  server.on('checkContinue', (message, target) => {
    if (Number(message.headers['content-length'] ?? 0) <= options.bodyLimitBytes) target.writeContinue();
    void serve(message, target);
  });

  const { mostConnections } = options;
  const watcher =
    mostConnections === undefined
      ? undefined
      : limitConnections(server, { most: mostConnections, headers: defaultHeaders });
  answerClientErrors(server, { responsesUnderWay: closeWhenIdle(server, watcher), headers: defaultHeaders });
  const port = await listen(server, options);
  return {
    port,
    url: `${options.certificate ? 'https' : 'http'}://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async stop() {
      isStopping = true;
      if (options.stopNoticeMs) await delay(options.stopNoticeMs);
      const closed = once(server, 'close');
      server.close();
      const limit = setTimeout(() => server.closeAllConnections(), options.drainLimitMs ?? 8_000);
      await closed;
      clearTimeout(limit);
    },
  };
}

function isGraphqlRequest({ path, method }: IncomingRequest): boolean {
  return path === GRAPHQL_PATH && (method === 'POST' || method === 'GET');
}
