import type { RequestTrace } from '@tributary/runtime/tracing/trace-span';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { Audience } from './answer-cache/answer-cache.ts';
import type { ExplainRecorder } from './explain/explain-recorder.ts';
import type { OperationOutcome } from './metrics/operation-outcome.ts';
import type { OperationCharge } from './rate-limit/operation-charge.ts';
import type { RequestAccount } from './rate-limit/request-account.ts';
import type { RequestSession } from './session-token/request-session.ts';
import type { AbortState } from './subgraph-fetch/exchange.ts';
import type { HeadersOf } from './subgraph-fetch/subgraph-client.ts';
import type { StreamRequest } from './subscriptions/stream-request.ts';
import type { UsageCounter } from './usage/usage-counter.ts';

/** What a request has in common with those that it shares work with. */
export interface SharedContext {
  /** Equal for callers whom the same may be answered. */
  readonly caller: string;
  /** Makes what is sent with queries, which is right for whoever shares them: it does not say where a client is. */
  readonly queryHeaders: HeadersOf;
}

/** What the gateway knows about one request; the server copies it, so it is a plain object. */
export interface GatewayContext {
  requestId: string;
  /** `null` for an anonymous caller. */
  viewer: Viewer | null;
  /** Makes what is sent with each request to a subgraph; it says nothing of the viewer when there is no key to sign it with. */
  subgraphHeaders: HeadersOf;
  /** Absent for a request that shares nothing with others. */
  sharing?: SharedContext | undefined;
  /** What the caller has seen and written; absent where clients get no session tokens. */
  session?: RequestSession | undefined;
  /** Whom answers are kept for; absent where none are. */
  audience?: Audience | undefined;
  /** Present when the caller asked for an explanation and may have it. */
  explain: ExplainRecorder | undefined;
  /** `state` of the admission when the request came: what it was let in by. */
  admittedBy?: object | undefined;
  /** What the request spends; absent where nothing is weighed and its client is not limited. */
  account?: RequestAccount | undefined;
  /** What its operation has spent, once that is let in. */
  charge?: OperationCharge | undefined;
  /** What becomes of its operation; absent where nothing is measured. */
  outcome?: OperationOutcome | undefined;
  /** Where it is counted what clients use; absent where nothing is. */
  usage?: UsageCounter | undefined;
  /** When the caller waits no longer, as a `performance.now()`; absent for work that others wait for, too. */
  deadlineMs?: number | undefined;
  /** The request, where its answer goes out as server-sent events. */
  stream?: StreamRequest | undefined;
  /** The trace that the request is part of, or the span of it that is worked on; absent where nothing is traced. */
  trace?: RequestTrace | undefined;
  /** Whether the caller has said how the request is known when it comes again: what takes a key is then changed once. */
  hasIdempotencyKey?: boolean;
  /** Whether the caller has gone: then nothing more is asked for them. */
  signal?: AbortState;
}
