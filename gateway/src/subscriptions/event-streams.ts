import { CodedError } from '@tributary/runtime/errors/coded-error';
import { errorResponse } from '@tributary/runtime/http/error-response';
import type { HttpHandler, HttpRequest, HttpResponse } from '@tributary/runtime/http/http-message';
import type { Logger } from '@tributary/runtime/logging/logger';
import { refuseCrossSite } from '../edge/cross-site.ts';
import { retryAfterHeaders } from '../edge/retry-after.ts';
import { completedFrames, STREAM_HEADERS } from './event-frames.ts';
import { asksForStream, StreamRequest } from './stream-request.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface EventStreamsOptions {
  /** Absent where there is nothing to hear of events by. */
  readonly subscriptions: Subscriptions | undefined;
  /** Origins whose pages may send a GET without a preflight. */
  readonly allowedOrigins: readonly string[];
  readonly logger: Logger;
}

/** What is wrong with an operation. All else is wrong with a request, or with us, and has a status. */
const SAID_IN_STREAM: ReadonlySet<string> = new Set([
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_TOO_LARGE',
]);

/**
 * Answers requests that accept `text/event-stream`, in the protocol of graphql-sse with a connection for each operation; all others
 * are the handler's. Subscriptions stay open, other operations are completed at once. What is wrong with an operation is said in the
 * stream, as the protocol wants it; who may not connect is refused by an HTTP status.
 */
export function withEventStreams(handler: HttpHandler, options: EventStreamsOptions): HttpHandler {
  const { subscriptions, logger } = options;
  const allowedOrigins = new Set(options.allowedOrigins);

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    refuseCrossSite(request, allowedOrigins);
    const stream = new StreamRequest(request);
    const response = await handler(stream);
    if (stream.asked) {
      if (!subscriptions) throw new CodedError('SUBSCRIPTIONS_UNAVAILABLE', 'This gateway hears of no events');
      const lastEventId = request.headers.get('last-event-id');
      return await subscriptions.open(stream.asked, {
        authorization: stream.headers.get('authorization'),
        lastEventId,
      });
    }
    const { status, headers, body } = response;
    const isAnswer = (status === 200 || status === 400) && (typeof body === 'string' || Buffer.isBuffer(body));
    return isAnswer ? completed(body.toString(), headers) : response;
  }

  return async (request) => {
    if (!asksForStream(request)) return handler(request);
    try {
      return await answer(request);
    } catch (error) {
      const { requestId } = request;
      const headers = error instanceof CodedError ? retryAfterHeaders(error) : [];
      const refused = errorResponse(error, { logger, requestId, headers });
      const isSaid = error instanceof CodedError && SAID_IN_STREAM.has(error.code) && typeof refused.body === 'string';
      return isSaid ? completed(refused.body.toString(), headers) : refused;
    }
  };
}

/** A stream of one result. */
function completed(result: string, headers: HttpResponse['headers']): HttpResponse {
  const others = [...headers].filter(([name]) => !STREAM_HEADERS.some(([own]) => own === name));
  return { status: 200, headers: [...others, ...STREAM_HEADERS], body: completedFrames(result.trimEnd()) };
}
