import type { Observations } from '@tributary/runtime/metrics/observations';
import type { Admission } from '@tributary/runtime/rate-limit/verdict';
import type { CostGate } from '../cost/cost-limits.ts';
import { explainedCost } from '../cost/explained-cost.ts';
import type { OperationCosts } from '../cost/operation-costs.ts';
import type { CompiledGateway } from '../supergraph/compiled-gateway.ts';
import type { GatewayOperation } from '../supergraph/gateway-operation.ts';
import { OperationCharge } from './operation-charge.ts';

/** Lets an operation in, and takes what it may cost; nothing where it is not weighed. */
export type AdmitOperation = (asked: GatewayOperation) => OperationCharge | undefined | Promise<OperationCharge>;

/**
 * Weighs operations before they are executed: what costs too much is refused, and the rest is paid by its client.
 * @returns what throws CodedError COST_ESTIMATED_TOO_EXPENSIVE, RATE_LIMITED, RATE_LIMITER_UNAVAILABLE; it may reject with them instead
 */
export function createOperationAdmission(options: {
  gateway: Pick<CompiledGateway, 'costOf'>;
  gate: CostGate;
  costs: OperationCosts;
  /** Where estimates are observed; absent where nothing is measured. */
  estimates?: Observations | undefined;
}): AdmitOperation {
  const { gateway, gate, costs, estimates } = options;
  return (asked) => {
    const { context } = asked;
    const { account } = context;
    if (!account) return undefined;
    const operation = gateway.costOf(asked);
    if (!operation) return undefined;
    const { cost, subgraphs } = operation;
    const estimate = cost.estimate(asked.variables);
    estimates?.observe(estimate.total);
    context.explain?.recordCost(explainedCost(estimate, subgraphs));
    gate.check(estimate, subgraphs, context.requestId);
    const begin = (admission: Admission): OperationCharge => {
      const charge = new OperationCharge({ account, admission, operation, costs }, estimate.total);
      context.charge = charge;
      return charge;
    };
    const admission = account.spend(estimate.total);
    return admission instanceof Promise ? admission.then(begin) : begin(admission);
  };
}
