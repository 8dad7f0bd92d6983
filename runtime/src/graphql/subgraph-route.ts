import type { HttpHandler, HttpRequest, HttpResponse } from '../http/http-message.ts';
import { parseJsonObject } from '../http/read-json-body.ts';
import type { HttpRoute } from '../http/router.ts';
import type { CallerVerification } from './caller-verification.ts';

/** A path of a subgraph besides GraphQL, which answers GET. */
export interface SubgraphRoute {
  /** Whether everybody is answered, or the gateway only. */
  readonly isPublic: boolean;
  readonly GET?: HttpHandler;
  /** Given the JSON object in the body; for the gateway only, whoever may GET. */
  readonly POST?: (body: Readonly<Record<string, unknown>>) => Promise<HttpResponse>;
}

/**
 * The handlers of a route, for whom it is meant; bodies are bytes when they come.
 * @returns what throws as `verify` does, and for a body that is no JSON object as `parseJsonObject`
 */
export function guardedRoute({ isPublic, GET, POST }: SubgraphRoute, { verify }: CallerVerification): HttpRoute {
  async function guardedGet(request: HttpRequest, answer: HttpHandler): Promise<HttpResponse> {
    await verify(request, '');
    return answer(request);
  }

  async function guardedPost(request: HttpRequest, answer: NonNullable<typeof POST>): Promise<HttpResponse> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    await verify(request, body);
    return answer(parseJsonObject(body));
  }

  return {
    ...(GET && { GET: isPublic ? GET : (request: HttpRequest) => guardedGet(request, GET) }),
    ...(POST && { POST: (request: HttpRequest) => guardedPost(request, POST) }),
  };
}
