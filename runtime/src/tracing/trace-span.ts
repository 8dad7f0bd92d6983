/** What a span is about, as OpenTelemetry tells them apart. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** Names are those of OpenTelemetry's semantic conventions, or begin with `tributary.`; what is `undefined` is left out. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  /** `internal` unless told. */
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** Unix time in milliseconds; now, unless told. */
  readonly startedAtMs?: number;
}

export interface FirstSpanOptions extends SpanOptions {
  /** As whoever asked has sent it with the traceparent; what is no such header is dropped. */
  readonly tracestate?: string | undefined;
}

/** The part that a request or an event has in a trace, recorded or not. Absent where tracing is off. */
export interface RequestTrace {
  /** What others go on with who are asked or told something: the header of W3C Trace Context. */
  readonly traceparent: string;
  /** What others go on with besides, where whoever asked has sent it: what tracing systems on the way know of the trace. */
  readonly tracestate?: string | undefined;
  /** Where what is done is recorded; `undefined` for a trace that is not. */
  readonly span: TraceSpan | undefined;
}

/** A span that is recorded. It has to be ended; what is said of it after that is lost. */
export interface TraceSpan extends RequestTrace {
  readonly span: TraceSpan;
  /** Begins a span within this one. */
  child(name: string, options?: SpanOptions): TraceSpan;
  set(attributes: SpanAttributes): void;
  /** Says that it has to do with a span of another trace. */
  linkTo(traceparent: string): void;
  /** Marks what it is about as failed. @param reason holds no values: a code, say */
  fail(reason: string): void;
  /** @param endedAtMs Unix time in milliseconds; now, unless told */
  end(endedAtMs?: number): void;
}

/** Where the traces of a service begin, or are gone on with. */
export interface Tracing {
  /**
   * Begins the first span of a request or an event.
   * @param traceparent as whoever asked has sent it; what is no such header begins a new trace
   */
  begin(name: string, traceparent: string | undefined, options?: FirstSpanOptions): RequestTrace;
  /** Sends what has been recorded, and ends. */
  stop(): Promise<void>;
}
