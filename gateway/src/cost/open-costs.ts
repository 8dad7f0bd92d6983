import type { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Metrics } from '@tributary/runtime/metrics/metrics';
import type { SharedRedis } from '../persisted-operations/shared-redis.ts';
import { type AdmitOperation, createOperationAdmission } from '../rate-limit/operation-admission.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import { CostGate, type CostLimits } from './cost-limits.ts';
import { CostReports } from './cost-reports.ts';
import { OperationCosts } from './operation-costs.ts';
import { reportCosts } from './report-costs.ts';

/**
 * Opens what weighs the operations of a gateway and reports what they cost; the scope closes it.
 * @param parts.redis where reports go; without it there are none
 * @returns `undefined` where operations are not weighed
 */
export function openCosts(
  {
    costs: limits = 'off',
    metrics,
    logger,
  }: { costs?: CostLimits | 'off'; metrics?: Metrics | undefined; logger: Logger },
  parts: { gateway: Pick<CompiledGateway, 'costOf'>; redis: SharedRedis | undefined; scope: Scope },
): AdmitOperation | undefined {
  if (limits === 'off') return undefined;
  const { gateway, redis, scope } = parts;
  const costs = new OperationCosts();
  if (redis) scope.own(reportCosts(costs, new CostReports(redis.commands), logger), undefined, 'report of costs');
  const estimates = metrics?.histogram('tributary_operation_estimated_cost').of({});
  return createOperationAdmission({ gateway, gate: new CostGate(limits, logger), costs, estimates });
}
