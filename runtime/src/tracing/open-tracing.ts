import type { Scope } from '../lifecycle/scope.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import type { Logger } from '../logging/logger.ts';
import type { Tracing } from './trace-span.ts';
import { type TracingEnvironment, type TracingSettings, tracingSettings } from './tracing-variables.ts';

export interface OpenTracingOptions {
  /** The service, whose name traces show unless the settings have another. */
  readonly service: string;
  /** From `tracingSettings`; `undefined` where nothing is traced. */
  readonly settings: TracingSettings | undefined;
  /** Whether callers decide which of their traces are recorded: they do where only the gateway calls. */
  readonly trustsCallers: boolean;
  /** Where it is released: after all that is traced, if it is opened before. */
  readonly scope: Pick<Scope, 'own'>;
  readonly logger: Logger;
}

/** How long the end of a service waits for its last spans to be sent. */
const STOP_LIMIT_MS = 2_000;

/** Opens the tracing of a service. Where it is off, nothing of it is even loaded. */
export async function openTracing(options: OpenTracingOptions): Promise<Tracing | undefined> {
  const { service, settings, trustsCallers, scope, logger } = options;
  if (settings === undefined) return undefined;
  const { startOpenTelemetry } = await import('./open-telemetry.ts');
  const onError = createFailureLog({ logger, component: 'tracing' });
  const tracing = await startOpenTelemetry({ service, settings, trustsCallers, onError });
  return scope.own(tracing, () => stopInTime(tracing), 'tracing');
}

/**
 * The same for a subgraph, from its environment: the gateway has decided which traces are recorded.
 * @throws EnvironmentError as `tracingSettings` does
 */
export function openSubgraphTracing(
  service: string,
  environment: TracingEnvironment,
  resources: Pick<OpenTracingOptions, 'scope' | 'logger'>,
): Promise<Tracing | undefined> {
  return openTracing({ service, settings: tracingSettings(environment), trustsCallers: true, ...resources });
}

/** A collector that hangs keeps no service from ending. */
async function stopInTime(tracing: Tracing): Promise<void> {
  const { promise: limit, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, STOP_LIMIT_MS);
  await Promise.race([tracing.stop(), limit]);
  clearTimeout(timer);
}
