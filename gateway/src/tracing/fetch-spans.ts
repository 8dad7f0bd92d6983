import { endWith } from '@tributary/runtime/tracing/run-in-span';
import type { RequestTrace, SpanAttributes, TraceSpan } from '@tributary/runtime/tracing/trace-span';
import type { SubgraphRequest, SubgraphTransport } from '../execution/fetches/subgraph-request.ts';
import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';

/**
 * Sends each request within a span of its own; attempts that are made again are part of it.
 * @param senderFor sends what the subgraph is to go on with a trace for
 */
export function fetchInSpans(
  parent: TraceSpan,
  senderFor: (trace: RequestTrace) => SubgraphTransport,
): SubgraphTransport {
  return async (request, signal) => {
    const span = parent.child(`fetch ${request.subgraph}`, { kind: 'client', attributes: attributesOf(request) });
    return endWith(
      span,
      fetchIn(span, () => senderFor(span)(request, signal)),
    );
  };
}

async function fetchIn(span: TraceSpan, send: () => Promise<ReceivedAnswer>): Promise<ReceivedAnswer> {
  try {
    const received = await send();
    const { responseBytes, answer } = received;
    span.set({ 'http.response.body.size': responseBytes, 'tributary.fetch.errors': answer.errors.length });
    return { ...received, traceparent: span.traceparent };
  } catch (error) {
    if (error instanceof SubgraphFailure) span.set({ 'error.type': error.code });
    throw error;
  }
}

/** Waits for a request that somebody may have sent already; a span then tells of that, linked to the one that it was sent in. */
export async function shareInSpan(
  { span, request, send }: { span: TraceSpan; request: SubgraphRequest; send: SubgraphTransport },
  share: (send: SubgraphTransport) => Promise<ReceivedAnswer>,
): Promise<ReceivedAnswer> {
  const startedAtMs = Date.now();
  let isOwn = false;
  const received = await share((...sent) => {
    isOwn = true;
    return send(...sent);
  });
  const { traceparent } = received;
  if (isOwn || traceparent === undefined) return received;
  const joined = span.child(`join ${request.subgraph}`, { startedAtMs, attributes: attributesOf(request) });
  joined.linkTo(traceparent);
  joined.end();
  return received;
}

function attributesOf({ subgraph, path, representations, operationKind }: SubgraphRequest): SpanAttributes {
  return {
    'http.request.method': 'POST',
    'graphql.operation.type': operationKind,
    'tributary.subgraph': subgraph,
    'tributary.fetch.path': path,
    'tributary.fetch.representations': representations,
  };
}
