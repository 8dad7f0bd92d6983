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
import { parseTraceParent } from '@opentelemetry/core';
import type { RequestTrace, SpanAttributes, SpanKind, SpanOptions, TraceSpan } from './trace-span.ts';

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
  options: SpanOptions = {},
): RequestTrace {
  const caller = traceparent === undefined ? null : parseTraceParent(traceparent);
  const context = caller ? trace.setSpanContext(ROOT_CONTEXT, { ...caller, isRemote: true }) : ROOT_CONTEXT;
  const span = startSpan(tracer, name, options, context);
  if (span.isRecording()) return new RecordedSpan(tracer, span);
  return { traceparent: traceparentOf(span.spanContext()), span: undefined };
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
