import { CodedError } from '@tributary/runtime/errors/coded-error';
import { errorResponse } from '@tributary/runtime/http/error-response';
import type { HttpRequest, HttpResponse, RequestHeaders } from '@tributary/runtime/http/http-message';
import type { Logger } from '@tributary/runtime/logging/logger';
import { createExplainRecorder } from '../explain/explain-recorder.ts';
import type { GatewayContext } from '../gateway-context.ts';

/** Executes the operation of a request. */
export type Execute = (request: HttpRequest, context: GatewayContext) => Promise<HttpResponse>;

/** A request whose body is a list of operations. */
export interface BatchRequest extends HttpRequest {
  readonly body: readonly unknown[];
}

/** Whether a request brings a list of operations, allowed or not. */
export function isBatch(request: HttpRequest): request is BatchRequest {
  return Array.isArray(request.body);
}

/**
 * Executes the operations of a batch side by side, each as if it had come alone: with its own limits, short cut and explanation, and
 * an answer of its own when it fails. They share one viewer. The answer is the list of their answers, in their order.
 *
 * A batch of well-formed JSON is answered with 200 and `application/json`: no other status or type would fit all of its answers.
 *
 * @param options.limit how many operations a batch may hold; 0 refuses every batch
 * @returns what throws CodedError BATCHING_DISABLED, BATCH_TOO_LARGE, or BAD_REQUEST for an empty list
 */
export function createBatchExecutor(options: { limit: number; execute: Execute; logger: Logger }) {
  const { limit, execute, logger } = options;

  async function executeAlone(request: HttpRequest, shared: GatewayContext): Promise<string> {
    const context = { ...shared, explain: shared.explain && createExplainRecorder() };
    const { body } = await execute(request, context).catch((error: unknown) =>
      errorResponse(error, { logger, requestId: request.requestId }),
    );
    if (typeof body === 'string' || Buffer.isBuffer(body)) return body.toString().trimEnd();
    throw new Error('an answer that comes in pieces cannot be a part of a batch');
  }

  return async (request: BatchRequest, context: GatewayContext): Promise<HttpResponse> => {
    refuseLength(request.body.length, limit);
    // The bytes that came are those of the whole list, and a part of a list cannot be compressed by itself.
    const shared = { ...request, source: undefined, headers: withoutEncoding(request.headers) };
    const answers = await Promise.all(request.body.map((body) => executeAlone({ ...shared, body }, context)));
    const headers: [string, string][] = [['content-type', 'application/json; charset=utf-8']];
    return { status: 200, headers, body: `[${answers.join(',')}]\n` };
  };
}

function withoutEncoding(headers: RequestHeaders): RequestHeaders {
  const isLeftOut = (name: string) => name.toLowerCase() === 'accept-encoding';
  return {
    get: (name) => (isLeftOut(name) ? undefined : headers.get(name)),
    has: (name) => !isLeftOut(name) && headers.has(name),
    *[Symbol.iterator]() {
      for (const header of headers) if (!isLeftOut(header[0])) yield header;
    },
  };
}

function refuseLength(length: number, maximum: number): void {
  if (maximum === 0) throw new CodedError('BATCHING_DISABLED', 'Send one operation a request: batching is off');
  if (length === 0) throw new CodedError('BAD_REQUEST', 'A batch must hold an operation');
  if (length <= maximum) return;
  const message = `The batch holds ${length} operations, and at most ${maximum} are taken`;
  throw new CodedError('BATCH_TOO_LARGE', message, { extensions: { maximum } });
}
