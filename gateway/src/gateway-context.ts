import type { Viewer } from '@tributary/runtime/viewer/viewer';
import type { ExplainRecorder } from './explain/explain-recorder.ts';
import type { AbortState } from './subgraph-fetch/exchange.ts';
import type { HeadersOf } from './subgraph-fetch/subgraph-client.ts';

/** What the gateway knows about one request; the server copies it, so it is a plain object. */
export interface GatewayContext {
  requestId: string;
  /** `null` for an anonymous caller. */
  viewer: Viewer | null;
  /** Makes what is sent with each request to a subgraph; it says nothing of the viewer when there is no key to sign it with. */
  subgraphHeaders: HeadersOf;
  /** Equal for callers whom the same may be answered; absent for a request that shares nothing with others. */
  callerKey?: string | undefined;
  /** Present when the caller asked for an explanation and may have it. */
  explain: ExplainRecorder | undefined;
  /** Whether the caller has gone: then nothing more is asked for them. */
  signal?: AbortState;
}
