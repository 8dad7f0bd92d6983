import type { MetricsAddress } from '../environment/metrics-variables.ts';
import type { Scope } from '../lifecycle/scope.ts';
import { createFailureLog } from '../logging/failure-log.ts';
import { lineCountsOf } from '../logging/line-counts.ts';
import type { Logger } from '../logging/logger.ts';
import { Metrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';

/**
 * Opens the metrics of a service and serves them; the scope ends that.
 *
 * @param address from `metricsAddress`
 * @returns nothing where nothing is to be measured
 * @throws StartError when the port cannot be had
 */
export async function openMetrics(
  address: MetricsAddress | undefined,
  { scope, logger }: { scope: Scope; logger: Logger },
): Promise<Metrics | undefined> {
  if (address === undefined) return undefined;
  const metrics = new Metrics(createFailureLog({ logger, component: 'metrics' }));
  metrics.read('tributary_log_lines_total', () =>
    [...lineCountsOf(logger)].map(([level, value]) => ({ labels: { level }, value })),
  );
  const { url } = scope.own(await startMetricsServer({ ...address, metrics }), undefined, 'metrics server');
  logger.info({ url }, 'serving metrics');
  return metrics;
}
