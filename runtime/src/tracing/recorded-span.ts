import {
  type Context,
  SpanKind as OtelKind,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import type { FirstSpanOptions, RequestTrace, SpanAttributes, SpanKind, SpanOptions, TraceSpan } from './trace-span.ts';

const KINDS: Readonly<Record<SpanKind, OtelKind>> = {
  internal: OtelKind.INTERNAL,
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

/** Clients name their operations as they like. */
const LONGEST_NAME = 200;

/** Begins the first span of a trace in this process; it is recorded if the tracer's sampler says so. */
export function beginTrace(
  tracer: Tracer,
  name: string,
  traceparent: string | undefined,
  { tracestate, ...options }: FirstSpanOptions = {},
): RequestTrace {
  const span = startSpan(tracer, name, options, contextOf(traceparent, tracestate));
  if (span.isRecording()) return new RecordedSpan(tracer, span);
  const context = span.spanContext();
  return { traceparent: traceparentOf(context), tracestate: tracestateOf(context), span: undefined };
}

function contextOf(traceparent: string | undefined, tracestate: string | undefined): Context {
  const caller = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (!caller) return ROOT_CONTEXT;
  const traceState = tracestate === undefined ? {} : { traceState: new TraceState(tracestate) };
  return trace.setSpanContext(ROOT_CONTEXT, { ...caller, ...traceState, isRemote: true });
}

/** A span of OpenTelemetry's, and what is within it. */
class RecordedSpan implements TraceSpan {
  readonly #tracer: Tracer;
  readonly #span: Span;
  #context: Context | undefined;

  constructor(tracer: Tracer, span: Span) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get span(): this {
    return this;
  }

  get traceparent(): string {
    return traceparentOf(this.#span.spanContext());
  }

  get tracestate(): string | undefined {
    return tracestateOf(this.#span.spanContext());
  }

  child(name: string, options: SpanOptions = {}): TraceSpan {
    this.#context ??= trace.setSpan(ROOT_CONTEXT, this.#span);
    return new RecordedSpan(this.#tracer, startSpan(this.#tracer, name, options, this.#context));
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  linkTo(traceparent: string): void {
    const context = parseTraceParent(traceparent);
    if (context) this.#span.addLink({ context });
  }

  fail(reason: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }

  end(endedAtMs?: number): void {
    this.#span.end(endedAtMs);
  }
}

function startSpan(tracer: Tracer, name: string, options: SpanOptions, context: Context): Span {
  const { kind = 'internal', attributes, startedAtMs } = options;
  return tracer.startSpan(
    name.slice(0, LONGEST_NAME),
    {
      kind: KINDS[kind],
      ...(attributes && { attributes }),
      ...(startedAtMs !== undefined && { startTime: startedAtMs }),
    },
    context,
  );
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & 1}`;
}

/** Without what is none: too long, say. */
function tracestateOf({ traceState }: SpanContext): string | undefined {
  return traceState?.serialize() || undefined;
}
