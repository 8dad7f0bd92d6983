import type { ServerResponse } from 'node:http';
import type { HttpRequest } from '../http/http-message.ts';
import type { RequestTrace, Tracing } from './trace-span.ts';

/** Begins the span of a request that has come in; it ends with the answer, or when the client goes. */
export function beginHttpSpan(
  tracing: Tracing,
  { method, path, headers, requestId }: Pick<HttpRequest, 'method' | 'path' | 'headers' | 'requestId'>,
  target: ServerResponse,
): RequestTrace {
  const trace = tracing.begin(`${method} ${path}`, headers.get('traceparent'), {
    tracestate: headers.get('tracestate'),
    kind: 'server',
    attributes: {
      'http.request.method': method,
      'http.route': path,
      'url.path': path,
      'tributary.request.id': requestId,
    },
  });
  const { span } = trace;
  if (span === undefined) return trace;
  target.once('close', () => {
    const status = target.statusCode;
    span.set({ 'http.response.status_code': status });
    if (!target.writableFinished) span.fail('the client went before it had the answer');
    else if (status >= 500) span.fail(`HTTP ${status}`);
    span.end();
  });
  return trace;
}
