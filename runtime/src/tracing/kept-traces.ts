import { type Context, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** What was done for one request, until it is known whether anybody wants to see it. */
interface Pending {
  readonly first: object;
  readonly spans: ReadableSpan[];
  hasFailed: boolean;
}

/** A request that does more than this is kept without the rest. */
const MOST_SPANS = 500;
const SAMPLED_FLAG = 1;

/**
 * Decides at the end of a request: what was sampled is passed on at once, what was not when the request failed or was slow. Each
 * process decides about its own part of a trace: others, which cannot know yet, decide alike about theirs.
 */
export class KeptTraces implements SpanProcessor {
  readonly #next: SpanProcessor;
  readonly #slowerMs: number;
  readonly #pending = new WeakMap<object, Pending>();

  /** @param slowerMs how long a request has to take to be kept for that */
  constructor(next: SpanProcessor, slowerMs: number) {
    this.#next = next;
    this.#slowerMs = slowerMs;
  }

  onStart(span: Parameters<SpanProcessor['onStart']>[0], parentContext: Context): void {
    this.#next.onStart(span, parentContext);
    if (isSampled(span)) return;
    const parent = trace.getSpan(parentContext);
    const pending = parent && this.#pending.get(parent);
    this.#pending.set(span, pending ?? { first: span, spans: [], hasFailed: false });
  }

  onEnd(span: ReadableSpan): void {
    const pending = this.#pending.get(span);
    if (!pending) {
      this.#next.onEnd(span);
      return;
    }
    if (span.status.code === SpanStatusCode.ERROR) pending.hasFailed = true;
    if (pending.spans.length < MOST_SPANS || span === pending.first) pending.spans.push(span);
    if (span !== pending.first) return;
    const isKept = pending.hasFailed || milliseconds(span.duration) >= this.#slowerMs;
    if (isKept) for (const each of pending.spans) this.#next.onEnd(asSampled(each));
    pending.spans.length = 0;
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown();
  }
}

function isSampled(span: Pick<ReadableSpan, 'spanContext'>): boolean {
  return (span.spanContext().traceFlags & SAMPLED_FLAG) !== 0;
}

/** Processors pass over what is not sampled. */
function asSampled(span: ReadableSpan): ReadableSpan {
  const spanContext = { ...span.spanContext(), traceFlags: SAMPLED_FLAG };
  return Object.create(span, { spanContext: { value: () => spanContext } });
}

function milliseconds([seconds, nanoseconds]: ReadableSpan['duration']): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}
