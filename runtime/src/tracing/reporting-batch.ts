import type { Context } from '@opentelemetry/api';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { ReportingExporter } from './trace-exporters.ts';

export interface ReportingBatchOptions {
  readonly exporter: SpanExporter;
  readonly sendIntervalMs: number;
  /** Most spans that wait to be sent. */
  readonly queueLimit: number;
  /** Told of each span that is lost for that, and of spans that could not be sent. */
  readonly onError: (error: Error) => void;
}

/** As many as OpenTelemetry's exporters send at once. */
const BATCH_SPANS = 512;
/** Made once, for a burst may lose thousands. */
const OVERFLOW = new Error('a span is lost, for more wait to be sent than OTEL_BSP_MAX_QUEUE_SIZE allows');

/** Sends sampled spans in batches, and tells of what is lost, which the SDK keeps to itself. */
export class ReportingBatch implements SpanProcessor {
  readonly #batch: BatchSpanProcessor;
  readonly #exporter: ReportingExporter;
  readonly #queueLimit: number;
  readonly #onError: (error: Error) => void;
  #accepted = 0;

  constructor({ exporter, sendIntervalMs, queueLimit, onError }: ReportingBatchOptions) {
    this.#exporter = new ReportingExporter(exporter, onError);
    this.#queueLimit = queueLimit;
    this.#onError = onError;
    this.#batch = new BatchSpanProcessor({
      exporter: this.#exporter,
      scheduledDelayMillis: sendIntervalMs,
      maxQueueSize: queueLimit,
      maxExportBatchSize: Math.min(BATCH_SPANS, queueLimit),
    });
  }

  onStart(_span: Parameters<SpanProcessor['onStart']>[0], _parentContext: Context): void {}

  onEnd(span: ReadableSpan): void {
    if (this.#accepted - this.#exporter.takenSpans >= this.#queueLimit) {
      this.#onError(OVERFLOW);
      return;
    }
    this.#accepted += 1;
    this.#batch.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batch.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batch.shutdown();
  }
}
