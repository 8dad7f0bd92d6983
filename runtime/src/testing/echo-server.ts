import { z } from 'zod';
import { type HttpRequest, jsonResponse } from '../http/http-message.ts';
import { startHttpServer } from '../http/http-server.ts';
import type { HttpServerOptions } from '../http/http-server-options.ts';
import type { Scope } from '../lifecycle/scope.ts';
import { createCapturedLogger } from './captured-logger.ts';

export const jsonHeaders = { 'content-type': 'application/json' };
export const bodyLimitBytes = 1_000;

const failedResponse = z.strictObject({
  errors: z.tuple([z.strictObject({ message: z.string(), extensions: z.looseObject({ code: z.string() }) })]),
});

/** A server that answers with the body it was given, together with the requests it saw and the lines it logged. */
export async function startEchoServer(scope: Scope, options: Partial<HttpServerOptions> = {}) {
  const { logger, lines } = createCapturedLogger();
  const requests: HttpRequest[] = [];
  const server = scope.own(
    await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes,
      isReady: async () => ({ isReady: true, checks: {} }),
      handleGraphql: (request) => {
        requests.push(request);
        return jsonResponse(200, { body: request.body });
      },
      logger,
      ...options,
    }),
  );
  return {
    server,
    requests,
    lines,
    get: (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init),
    post: (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = jsonHeaders) =>
      fetch(`${server.url}/graphql`, { method: 'POST', headers, body }),
  };
}

/** Status and error code of an answer, which has to be shaped like a failed GraphQL response and hold nothing else. */
export async function refusal(response: Response): Promise<[status: number, code: string]> {
  const { errors } = failedResponse.parse(await response.json());
  return [response.status, errors[0].extensions.code];
}
