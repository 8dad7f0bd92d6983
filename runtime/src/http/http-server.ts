import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HeaderMap } from '@apollo/server';
import { CodedError } from '../errors/coded-error.ts';
import type { Logger } from '../logging/logger.ts';
import { closeWhenIdle } from './close-when-idle.ts';
import { type CorsOptions, createCors, isPreflight } from './cors.ts';
import { errorResponse } from './error-response.ts';
import { type HttpHandler, type HttpRequest, type HttpResponse, jsonResponse } from './http-message.ts';
import { listen } from './listen.ts';
import { readJsonBody } from './read-json-body.ts';
import { type Readiness, readinessResponse, stoppingResponse } from './readiness.ts';
import { requestIdFrom } from './request-id.ts';
import { writeResponse } from './write-response.ts';

/** The handlers of one path by HTTP method. */
export type HttpRoute = Readonly<Partial<Record<'GET' | 'POST', HttpHandler>>>;

export interface HttpServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly bodyLimitBytes: number;
  readonly isReady: () => Promise<Readiness>;
  /** POST and GET `/graphql`. */
  readonly handleGraphql: HttpHandler;
  /** GET `/`. */
  readonly onLanding?: HttpHandler;
  /** More paths, such as public keys. */
  readonly routes?: Readonly<Record<string, HttpRoute>>;
  readonly cors?: CorsOptions;
  readonly logger: Logger;
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

const readinessLimitMs = 2_000;

/**
 * The HTTP edge of every service: health, GraphQL, limits and errors on plain `node:http`.
 *
 * @throws StartError when the port cannot be had
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger } = options;
  const cors = options.cors && createCors(options.cors);
  let isStopping = false;

  const routes = new Map<string, HttpRoute>(Object.entries(options.routes ?? {}));
  routes.set('/graphql', { GET: options.handleGraphql, POST: options.handleGraphql });
  routes.set('/health/live', { GET: () => jsonResponse(200, { isLive: true }) });
  routes.set('/health/ready', {
    GET: () =>
      isStopping ? stoppingResponse() : readinessResponse(options.isReady, { limitMs: readinessLimitMs, logger }),
  });
  if (options.onLanding) routes.set('/', { GET: options.onLanding });

  async function answer(request: HttpRequest, message: IncomingMessage): Promise<HttpResponse> {
    if (cors && isPreflight(request.method, message.headers)) {
      const headers = cors.preflightHeadersFor(message.headers.origin);
      if (headers) return { status: 204, headers, body: '' };
      throw new CodedError('ORIGIN_NOT_ALLOWED', 'This origin is not allowed');
    }
    const route = routes.get(request.path);
    if (!route) throw new CodedError('NOT_FOUND', 'There is nothing at this path');
    const handler = handlerFor(route, request.method);
    if (!handler) return methodNotAllowed(route, request.requestId);
    if (request.method !== 'POST') return handler(request);
    return handler({ ...request, body: await readJsonBody(message, options.bodyLimitBytes) });
  }

  function methodNotAllowed(route: HttpRoute, requestId: string): HttpResponse {
    const allowed = Object.keys(route).join(', ');
    const error = new CodedError('METHOD_NOT_ALLOWED', `This path answers ${allowed}`);
    return errorResponse(error, { logger, requestId, headers: [['allow', allowed]] });
  }

  async function serve(message: IncomingMessage, target: ServerResponse<IncomingMessage>): Promise<void> {
    const request = requestOf(message, target);
    const { requestId } = request;
    const response = await answer(request, message).catch((error: unknown) =>
      errorResponse(error, { logger, requestId }),
    );
    const headers: [string, string][] = [
      ['x-request-id', requestId],
      ['x-content-type-options', 'nosniff'],
      ['cache-control', 'no-store'],
    ];
    if (isStopping) headers.push(['connection', 'close']);
    try {
      await writeResponse(target, response, [...headers, ...(cors?.headersFor(message.headers.origin) ?? [])]);
    } catch (error) {
      logger.error({ err: error, requestId }, 'an answer could not be written');
      target.destroy();
    }
  }

  const server = createServer(
    {
      // Slow senders are cut off; an idle connection outlives the 60 s that load balancers keep theirs, so that they, not we,
      // close it and no request meets a closing socket.
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 5_000,
    },
    (message, target) => void serve(message, target),
  );
  // The client waits for a go-ahead before it sends a large body, so a refusal costs neither side the transfer.
  server.on('checkContinue', (message, target) => {
    if (Number(message.headers['content-length'] ?? 0) <= options.bodyLimitBytes) target.writeContinue();
    void serve(message, target);
  });

  closeWhenIdle(server);

  const port = await listen(server, options);
  return {
    port,
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
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

function handlerFor(route: HttpRoute, method: string): HttpHandler | undefined {
  return method === 'GET' || method === 'POST' ? route[method] : undefined;
}

function requestOf(message: IncomingMessage, target: ServerResponse): HttpRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const url = message.url ?? '/';
  const query = url.indexOf('?');
  const aborter = new AbortController();
  target.once('close', () => {
    if (!target.writableFinished) aborter.abort();
  });
  return {
    method: message.method ?? 'GET',
    path: query === -1 ? url : url.slice(0, query),
    search: query === -1 ? '' : url.slice(query),
    headers,
    body: undefined,
    requestId: requestIdFrom(headers.get('x-request-id')),
    signal: aborter.signal,
  };
}
