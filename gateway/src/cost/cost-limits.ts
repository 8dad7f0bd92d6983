import { CodedError } from '@tributary/runtime/errors/coded-error';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { Limit } from '../limits/operation-limits.ts';
import type { CostEstimate } from './operation-cost.ts';

/** How much an operation may cost. */
export interface CostLimits {
  readonly operation: Limit;
  /** Of its parts that single subgraphs execute, by their names. */
  readonly subgraphs: ReadonlyMap<string, Limit>;
  /** How long a list is taken to be of which schemas say nothing. */
  readonly listSize: number;
}

/**
 * What holds unless an operator decides otherwise. It lets everything pass that our clients ask for (the largest estimate is some
 * 2,000), and no three pages of 100 inside of each other.
 */
export const defaultCostLimits: CostLimits = {
  operation: { maximum: 50_000, isEnforced: true },
  subgraphs: new Map(),
  listSize: 10,
};

/** Refuses what costs too much, or logs it where it is only measured. */
export class CostGate {
  readonly #limits: CostLimits;
  readonly #logger: Logger;

  constructor(limits: CostLimits, logger: Logger) {
    this.#limits = limits;
    this.#logger = logger;
  }

  /**
   * @param subgraphs the names of the estimate's subgraphs
   * @throws CodedError COST_ESTIMATED_TOO_EXPENSIVE
   */
  check(estimate: CostEstimate, subgraphs: readonly string[], requestId: string): void {
    const { operation, subgraphs: limits } = this.#limits;
    this.#checkOne(estimate.total, operation, { requestId });
    if (limits.size === 0) return;
    for (const [index, subgraph] of subgraphs.entries()) {
      const limit = limits.get(subgraph);
      if (limit) this.#checkOne(estimate.bySubgraph[index] ?? 0, limit, { requestId, subgraph });
    }
  }

  #checkOne(
    estimated: number,
    { maximum, isEnforced }: Limit,
    { requestId, subgraph }: { requestId: string; subgraph?: string },
  ): void {
    if (estimated <= maximum) return;
    const details = { ...(subgraph !== undefined && { subgraph }), estimated, maximum };
    this.#logger.warn({ requestId, ...details, isEnforced }, 'an operation exceeds a limit of cost');
    if (!isEnforced) return;
    const where = subgraph === undefined ? '' : ` in subgraph "${subgraph}"`;
    throw new CodedError(
      'COST_ESTIMATED_TOO_EXPENSIVE',
      `The operation may cost ${estimated}${where}, and the limit is ${maximum}`,
      { extensions: details },
    );
  }
}
