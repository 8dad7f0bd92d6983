import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { EdgeSampler } from './edge-sampler.ts';
import { KeptTraces } from './kept-traces.ts';
import { beginTrace } from './recorded-span.ts';
import { openExporter, ReportingExporter } from './trace-exporters.ts';
import type { Tracing } from './trace-span.ts';
import type { TracingSettings } from './tracing-variables.ts';

export interface OpenTelemetryOptions {
  readonly service: string;
  readonly settings: TracingSettings;
  /** As in `EdgeSamplerOptions`. */
  readonly trustsCallers: boolean;
  /** Told when spans could not be sent. */
  readonly onError: (error: Error) => void;
}

/** As many as OpenTelemetry's exporters send at once. */
const BATCH_SPANS = 512;
/** Of a statement, say; a longer one is cut. */
const LONGEST_VALUE = 4_096;

/** Starts the SDK of OpenTelemetry for one service, beside any other in the process: nothing of it is global. */
export async function startOpenTelemetry(options: OpenTelemetryOptions): Promise<Tracing> {
  const { service, settings, trustsCallers, onError } = options;
  const { sampler, sampledShare, keepSlowerMs } = settings;
  const exporters = await Promise.all(settings.exporters.map((name) => openExporter(name, settings)));
  const batches = exporters.map(
    (exporter) =>
      new BatchSpanProcessor({
        exporter: new ReportingExporter(exporter, onError),
        scheduledDelayMillis: settings.sendIntervalMs,
        maxQueueSize: settings.queueLimit,
        maxExportBatchSize: Math.min(BATCH_SPANS, settings.queueLimit),
      }),
  );
  const keep = (batch: SpanProcessor): SpanProcessor =>
    keepSlowerMs > 0 ? new KeptTraces(batch, keepSlowerMs) : batch;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'tributary',
      ...settings.resourceAttributes,
      'service.name': settings.serviceName ?? settings.resourceAttributes['service.name'] ?? service,
    }),
    sampler: new EdgeSampler({ sampler, sampledShare, trustsCallers, recordsAll: keepSlowerMs > 0 }),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE },
    spanProcessors: batches.map(keep),
  });
  const tracer = provider.getTracer('tributary');
  return {
    begin: (name, traceparent, spanOptions) => beginTrace(tracer, name, traceparent, spanOptions),
    // What could not be sent has been told of.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}
