import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequestLog } from '../logging/request-log.ts';
import { beginHttpSpan } from '../tracing/http-span.ts';
import { createAdmission } from './admission.ts';
import { type Cors, createCors, isPreflight, preflightResponse } from './cors.ts';
import { errorResponse } from './error-response.ts';
import { type HttpResponse, jsonResponse } from './http-message.ts';
import type { HttpServerOptions } from './http-server-options.ts';
import { IncomingRequest } from './incoming-request.ts';
import { type RecalledResponse, writePrepared } from './prepared-response.ts';
import { readJsonObject } from './read-json-body.ts';
import { readinessResponse, stoppingResponse } from './readiness.ts';
import { Recall } from './recall.ts';
import { refuseNul } from './refuse-nul.ts';
import { createRouter, type Router } from './router.ts';
import { securityHeaders } from './security-headers.ts';
import { writeResponse } from './write-response.ts';

/** Answers a request, whatever becomes of it. */
export type RequestListener = (message: IncomingMessage, target: ServerResponse<IncomingMessage>) => Promise<void>;

type Answer = (request: IncomingRequest, message: IncomingMessage) => Promise<HttpResponse | RecalledResponse>;
type Write = (
  target: ServerResponse<IncomingMessage>,
  response: HttpResponse | RecalledResponse,
  asked: { readonly requestId: string; readonly origin: string | undefined },
) => Promise<void>;

interface ServerState {
  /** Absent where pages of other origins may not ask. */
  readonly cors: Cors | undefined;
  readonly isStopping: () => boolean;
}

const GRAPHQL_PATH = '/graphql';
const READINESS_LIMIT_MS = 2_000;

/**
 * Makes what answers the requests of a server, and tells of the GraphQL requests among them.
 * @param isStopping whether clients are to be told to turn elsewhere
 * @throws StartError for an origin of `cors` that is none
 */
export function createRequestListener(options: HttpServerOptions, isStopping: () => boolean): RequestListener {
  const { logger, tracing, traffic, requestLogPerSecond: perSecond = 0 } = options;
  const logRequest = perSecond > 0 ? createRequestLog({ logger, perSecond }) : undefined;
  const state = { cors: options.cors && createCors(options.cors), isStopping };
  const answer = createAnswer(options, state);
  const write = createWrite(options, state);

  return async (message, target) => {
    // Its connection was refused: whoever was told to come back later would have it done twice.
    if (!message.socket.writable) return;
    const request = new IncomingRequest(message, target);
    const isGraphql = isGraphqlRequest(request);
    if (tracing !== undefined && isGraphql) request.trace = beginHttpSpan(tracing, request, target);
    if (logRequest !== undefined && isGraphql) logRequest(request, target);
    const beganAtMs = isGraphql ? traffic?.began() : undefined;
    const response = await answer(request, message);
    if (beganAtMs !== undefined) {
      traffic?.ended(beganAtMs, 'prepared' in response ? response.prepared.status : response.status);
    }
    await write(target, response, { requestId: request.requestId, origin: message.headers.origin });
  };
}

/** What comes of a request: from its path, or from what it looks like, or from what is wrong with it. */
function createAnswer(options: HttpServerOptions, { cors, isStopping }: ServerState): Answer {
  const { logger, bodyLimitBytes, readBody = readJsonObject, defaultHeaders = securityHeaders } = options;
  const recall = options.recall && new Recall(options.recall, bodyLimitBytes);
  const admit = options.concurrency && createAdmission(options.concurrency, { logger, defaultHeaders });
  const route = routerOf(options, isStopping);

  return async (request, message) => {
    try {
      if (cors && isPreflight(request.method, message.headers)) return preflightResponse(cors, message.headers.origin);
      refuseNul(request.search);
      if (!isGraphqlRequest(request)) return await route(request, () => readBody(message, bodyLimitBytes));
      const recalled = recall && (await recall.answer(request, message));
      if (recalled) return recalled;
      const handle = () =>
        route(request, async () => (recall ? recall.body(request) : readBody(message, bodyLimitBytes)));
      return await (admit ? admit(handle) : handle());
    } catch (error) {
      return errorResponse(error, { logger, requestId: request.requestId });
    }
  };
}

function routerOf(options: HttpServerOptions, isStopping: () => boolean): Router {
  const { routes, onLanding, handleGraphql, isReady, logger } = options;
  const ready = () =>
    isStopping() ? stoppingResponse() : readinessResponse(isReady, { limitMs: READINESS_LIMIT_MS, logger });
  return createRouter(
    {
      ...routes,
      ...(onLanding && { '/': { GET: onLanding } }),
      [GRAPHQL_PATH]: { GET: handleGraphql, POST: handleGraphql },
      '/health/live': { GET: () => jsonResponse(200, { isLive: true }) },
      '/health/ready': { GET: ready },
    },
    logger,
  );
}

/** Adds to answers what all of them have, and sends them. */
function createWrite(options: HttpServerOptions, { cors, isStopping }: ServerState): Write {
  const { logger, defaultHeaders = securityHeaders } = options;
  const headOfNoOrigin = cors?.headersFor(undefined).flat() ?? [];

  return async (target, response, { requestId, origin }) => {
    if ('prepared' in response) {
      const extraHead = ['x-request-id', requestId];
      if (isStopping()) extraHead.push('connection', 'close');
      const corsHead = origin === undefined ? headOfNoOrigin : (cors?.headersFor(origin).flat() ?? []);
      writePrepared(target, response, [...corsHead, ...extraHead]);
      return;
    }
    const headers: (readonly [string, string])[] = [...defaultHeaders, ['x-request-id', requestId]];
    if (cors) headers.push(...cors.headersFor(origin));
    if (isStopping()) headers.push(['connection', 'close']);
    try {
      await writeResponse(target, response, headers);
    } catch (error) {
      logger.error({ err: error, requestId }, 'an answer could not be written');
      target.destroy();
    }
  };
}

function isGraphqlRequest({ path, method }: IncomingRequest): boolean {
  return path === GRAPHQL_PATH && (method === 'POST' || method === 'GET');
}
