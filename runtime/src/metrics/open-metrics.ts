import type { MetricsAddress } from '../environment/metrics-variables.ts';
import type { Scope } from '../lifecycle/scope.ts';
import { createFailureLog } from '../logging/failure-log.ts';
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
  const { url } = scope.own(await startMetricsServer({ ...address, metrics }), undefined, 'metrics server');
  logger.info({ url }, 'serving metrics');
  return metrics;
}
