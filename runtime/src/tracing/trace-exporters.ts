import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { TraceExporterName, TracingSettings } from './tracing-variables.ts';

/** Opens what spans are sent with; only what is asked for is loaded. */
export async function openExporter(name: TraceExporterName, settings: TracingSettings): Promise<SpanExporter> {
  const { otlp, zipkinUrl } = settings;
  switch (name) {
    case 'otlp': {
      const { OTLPTraceExporter } =
        otlp.protocol === 'http/json'
          ? await import('@opentelemetry/exporter-trace-otlp-http')
          : await import('@opentelemetry/exporter-trace-otlp-proto');
      return new OTLPTraceExporter({ url: otlp.url, headers: otlp.headers });
    }
    case 'zipkin': {
      const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin');
      return new ZipkinExporter(zipkinUrl === undefined ? {} : { url: zipkinUrl });
    }
    default: {
      const { ConsoleSpanExporter } = await import('@opentelemetry/sdk-trace');
      return new ConsoleSpanExporter();
    }
  }
}

/** Tells of what could not be sent, which the SDK keeps to itself. */
export class ReportingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #onError: (error: Error) => void;
  #takenSpans = 0;

  constructor(exporter: SpanExporter, onError: (error: Error) => void) {
    this.#exporter = exporter;
    this.#onError = onError;
  }

  /** How many it has been given so far, whatever became of them. */
  get takenSpans(): number {
    return this.#takenSpans;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#takenSpans += spans.length;
    this.#exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) {
        this.#onError(new Error('spans could not be sent, and are lost', { cause: result.error }));
      }
      onResult(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
