import type { RequestTrace, SpanAttributes, SpanOptions, TraceSpan, Tracing } from '../tracing/trace-span.ts';

/** A span as a test sees it. */
export interface TestSpan {
  readonly name: string;
  /** The name of the one that it is within; `undefined` for the first of a trace. */
  readonly parent: string | undefined;
  readonly traceparent: string;
  readonly attributes: SpanAttributes;
  readonly links: readonly string[];
  readonly failure: string | undefined;
}

/** Records traces for a test to read: those spans that have ended, in that order. */
export class RecordedTracing implements Tracing {
  readonly ended: TestSpan[] = [];
  readonly #isRecorded: boolean;
  #last = 0;

  /** @param options.isRecorded whether traces are, or only gone on with */
  constructor({ isRecorded = true }: { isRecorded?: boolean } = {}) {
    this.#isRecorded = isRecorded;
  }

  begin(name: string, traceparent: string | undefined, options: SpanOptions = {}): RequestTrace {
    const traceId = traceparent?.split('-')[1] ?? this.#nextId(32);
    if (!this.#isRecorded) return { traceparent: `00-${traceId}-${this.#nextId(16)}-00`, span: undefined };
    return this.#span(name, undefined, traceId, options);
  }

  async stop(): Promise<void> {}

  /** Names of the spans that have ended. */
  get names(): string[] {
    return this.ended.map(({ name }) => name);
  }

  #span(name: string, parent: string | undefined, traceId: string, options: SpanOptions): TraceSpan {
    const traceparent = `00-${traceId}-${this.#nextId(16)}-01`;
    const links: string[] = [];
    let attributes = options.attributes ?? {};
    let failure: string | undefined;
    const span: TraceSpan = {
      get span() {
        return span;
      },
      traceparent,
      child: (childName, childOptions = {}) => this.#span(childName, name, traceId, childOptions),
      set(more) {
        attributes = { ...attributes, ...more };
      },
      linkTo: (other) => void links.push(other),
      fail(reason) {
        failure = reason;
      },
      end: () => void this.ended.push({ name, parent, traceparent, attributes, links, failure }),
    };
    return span;
  }

  #nextId(length: number): string {
    this.#last += 1;
    return this.#last.toString(16).padStart(length, '0');
  }
}
