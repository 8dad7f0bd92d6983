import type { Logger } from '@tributary/runtime/logging/logger';
import { traceFields } from '@tributary/runtime/tracing/trace-fields';
import { elapsedMs } from '../explain/explain-recorder.ts';
import { readSubgraphWork } from '../explain/subgraph-work.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { AbandonedError } from '../subgraph-fetch/exchange.ts';
import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';

/** A request to a subgraph that has ended. */
export interface EndedFetch {
  subgraph: string;
  /** As in `ExplainedFetch`. */
  path: string;
  representations: number;
  operationKind: 'query' | 'mutation';
  /** A `performance.now()`. */
  startedAtMs: number;
  outcome: ReceivedAnswer | SubgraphFailure;
}

/** Logs a fetch that failed, and records any for the explanation of its request. */
export function reportFetch(fetch: EndedFetch, context: GatewayContext | undefined, logger: Logger): void {
  const { outcome, startedAtMs, ...facts } = fetch;
  const isFailure = outcome instanceof SubgraphFailure;
  context?.explain?.recordFetch({
    ...facts,
    startedAtMs,
    durationMs: elapsedMs(startedAtMs),
    responseBytes: isFailure ? 0 : outcome.responseBytes,
    ...readSubgraphWork(isFailure ? undefined : outcome.answer.extensions['tributary']),
    ...(isFailure && { failure: outcome.code }),
  });
  // That nobody waits for an answer any more is no failure of the subgraph.
  if (!isFailure || outcome.cause instanceof AbandonedError) return;
  const reason = outcome.cause instanceof Error ? outcome.cause.message : String(outcome.cause);
  const { service: subgraph, code } = outcome;
  const { requestId, trace } = context ?? {};
  logger.warn({ requestId, ...traceFields(trace), subgraph, code, reason }, 'a subgraph failed');
}
