import { resourceFromAttributes } from '@opentelemetry/resources';
import { type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { EdgeSampler } from './edge-sampler.ts';
import { KeptTraces } from './kept-traces.ts';
import { beginTrace } from './recorded-span.ts';
import { ReportingBatch } from './reporting-batch.ts';
import { openExporter } from './trace-exporters.ts';
import type { Tracing } from './trace-span.ts';
import type { TracingSettings } from './tracing-variables.ts';

export interface OpenTelemetryOptions {
  readonly service: string;
  readonly settings: TracingSettings;
  /** As in `EdgeSamplerOptions`. */
  readonly trustsCallers: boolean;
  /** Told when spans could not be sent, and of each that is lost because too many wait. */
  readonly onError: (error: Error) => void;
}

/** Of a statement, say; a longer one is cut. */
const LONGEST_VALUE = 4_096;

/** Starts the SDK of OpenTelemetry for one service, beside any other in the process: nothing of it is global. */
export async function startOpenTelemetry(options: OpenTelemetryOptions): Promise<Tracing> {
  const { service, settings, trustsCallers, onError } = options;
  const { sampler, sampledShare, keepSlowerMs, sendIntervalMs, queueLimit } = settings;
  const exporters = await Promise.all(settings.exporters.map((name) => openExporter(name, settings)));
  const batches = exporters.map((exporter) => new ReportingBatch({ exporter, sendIntervalMs, queueLimit, onError }));
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
