import { minimumPositionsHeaders } from '@tributary/runtime/answer-policy/minimum-positions';
import type { Positions } from '@tributary/runtime/cache/positions';
import type { RequestTrace } from '@tributary/runtime/tracing/trace-span';
import type { SubgraphTransport } from '../execution/fetches/subgraph-request.ts';
import type { GatewayContext } from '../gateway-context.ts';
import type { HeadersOf, ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';
import type { SupergraphClients } from '../subgraph-fetch/subgraph-client-registry.ts';
import { fetchInSpans } from '../tracing/fetch-spans.ts';

/** Asks a subgraph for `extensions.apolloCacheTags`. */
const CACHE_TAGS_HEADER = 'x-tributary-cache-tags';

/** Sends what one request asks of subgraphs, through the clients of the supergraph that it is executed on. */
export function senderOf(context: GatewayContext, clients: SupergraphClients): SubgraphTransport {
  const { trace } = context;
  if (trace === undefined) return untracedSender(context, clients);
  if (trace.span === undefined) return untracedSender(withTrace(context, trace), clients);
  return fetchInSpans(trace.span, (span) => untracedSender(withTrace(context, span), clients));
}

function untracedSender(
  { subgraphHeaders, sharing, session, deadlineMs, hasIdempotencyKey = false }: GatewayContext,
  clients: SupergraphClients,
): SubgraphTransport {
  const queryHeaders = sharing?.queryHeaders ?? subgraphHeaders;
  return ({ subgraph, body, operationKind, takesIdempotencyKey }, signal) => {
    const client = clients.get(subgraph);
    if (!client) throw new Error(`there is no client for subgraph "${subgraph}"`);
    const isQuery = operationKind === 'query';
    const headersOf = isQuery ? queryHeaders : subgraphHeaders;
    const isIdempotent = hasIdempotencyKey && takesIdempotencyKey;
    const sendOptions = { signal, deadlineMs, isRepeatable: isQuery, isIdempotent };
    const send = (headers: HeadersOf) => client.send(body, headers, sendOptions);
    // A query of a client that has seen nothing yet leaves nothing to note, and a promise more would be for nothing.
    const isNoted = session !== undefined && (session.isFollowed || !isQuery);
    return isNoted ? session.send({ isQuery, headersOf }, send) : send(headersOf);
  };
}

/** The context of a query whose subgraphs are to name what their answers depend on, and to read nothing older than is said. */
export function withTagsAsked(context: GatewayContext, minimumPositions: Positions): GatewayContext {
  const { subgraphHeaders, sharing } = context;
  const more = [CACHE_TAGS_HEADER, '1', ...minimumPositionsHeaders(minimumPositions)];
  const headersOf = sharing?.queryHeaders ?? subgraphHeaders;
  return {
    ...context,
    subgraphHeaders: (request) => [...headersOf(request), ...more],
    sharing: undefined,
  };
}

/** The context of what subgraphs go on with a trace for. */
function withTrace(context: GatewayContext, { traceparent, tracestate }: RequestTrace): GatewayContext {
  const more = ['traceparent', traceparent, ...(tracestate === undefined ? [] : ['tracestate', tracestate])];
  const { subgraphHeaders, sharing } = context;
  const tracedBy =
    (headersOf: HeadersOf): HeadersOf =>
    (request) => [...headersOf(request), ...more];
  return {
    ...context,
    subgraphHeaders: tracedBy(subgraphHeaders),
    sharing: sharing && { ...sharing, queryHeaders: tracedBy(sharing.queryHeaders) },
  };
}

/** Tells of every answer that comes. */
export function observedTransport(
  send: SubgraphTransport,
  onReceived: (received: ReceivedAnswer) => void,
): SubgraphTransport {
  return async (request, signal) => {
    const received = await send(request, signal);
    onReceived(received);
    return received;
  };
}
