import { CodedError } from '../errors/coded-error.ts';
import type { Logger } from '../logging/logger.ts';
import { errorResponse } from './error-response.ts';
import type { HttpHandler, HttpResponse } from './http-message.ts';
import type { IncomingRequest } from './incoming-request.ts';

/** The handlers of one path by HTTP method. */
export type HttpRoute = Readonly<Partial<Record<'GET' | 'POST', HttpHandler>>>;

/** Answers a request; the body is read only once a handler is known that wants it. */
export type Router = (request: IncomingRequest, readBody: () => Promise<unknown>) => Promise<HttpResponse>;

/**
 * Finds the handler of an exact path and a method.
 *
 * @returns a router that throws CodedError NOT_FOUND for other paths, and whatever reading the body and the handler throw
 */
export function createRouter(routes: Readonly<Record<string, HttpRoute>>, logger: Logger): Router {
  const routeByPath = new Map(Object.entries(routes));
  return async (request, readBody) => {
    const route = routeByPath.get(request.path);
    if (!route) throw new CodedError('NOT_FOUND', 'There is nothing at this path');
    const handler = request.method === 'GET' || request.method === 'POST' ? route[request.method] : undefined;
    if (!handler) return methodNotAllowed(Object.keys(route).join(', '), { logger, requestId: request.requestId });
    if (request.method === 'POST') request.body = await readBody();
    return await handler(request);
  };
}

function methodNotAllowed(allowed: string, context: { logger: Logger; requestId: string }): HttpResponse {
  const error = new CodedError('METHOD_NOT_ALLOWED', `This path answers ${allowed}`);
  return errorResponse(error, { ...context, headers: [['allow', allowed]] });
}
