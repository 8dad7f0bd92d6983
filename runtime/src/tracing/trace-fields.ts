import type { RequestTrace } from './trace-span.ts';

/** What a log line says of a trace, by the names that OpenTelemetry gives them. */
export interface TraceFields {
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** The fields that a line is found by from its trace, and the trace from a line. */
export function traceFields(trace: Pick<RequestTrace, 'traceparent'> | undefined): TraceFields {
  if (trace === undefined) return {};
  const [, traceId = '', spanId = ''] = trace.traceparent.split('-');
  return { trace_id: traceId, span_id: spanId };
}
