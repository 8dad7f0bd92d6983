import type { Admission } from '@tributary/runtime/rate-limit/verdict';
import type { OperationCosts } from '../cost/operation-costs.ts';
import type { WeighedOperation } from '../cost/weighed-operation.ts';
import type { AbortState } from '../subgraph-fetch/exchange.ts';
import type { RequestAccount } from './request-account.ts';

export interface OperationChargeParts {
  readonly account: RequestAccount;
  /** By which it was let in. */
  readonly admission: Admission;
  readonly operation: WeighedOperation;
  readonly costs: OperationCosts;
}

/** Whether it is known what an operation has cost. */
export type CostKnowledge = 'known' | 'unknown';

/** By these codes a subgraph may have worked for an answer that did not come, or was of no use. */
const WORKED_IN_VAIN: ReadonlySet<unknown> = new Set(['SUBGRAPH_TIMEOUT', 'SUBGRAPH_INVALID_RESPONSE']);

/**
 * A subgraph that gave no answer in time may have worked on it for all of that time; one that could not be asked has not. Nor does
 * leaving early make an operation cheaper: what its client did not wait for was begun.
 * @param signal aborted when the client has gone
 */
export function knowledgeOfCost(
  errors: readonly { extensions?: Readonly<Record<string, unknown>> }[],
  signal: AbortState | undefined,
): CostKnowledge {
  if (errors.length > 0 && signal?.aborted) return 'unknown';
  return errors.some(({ extensions }) => WORKED_IN_VAIN.has(extensions?.['code'])) ? 'unknown' : 'known';
}

/** What one operation has spent. It is paid before the operation runs, and what it did not use is given back when it has. */
export class OperationCharge {
  readonly #parts: OperationChargeParts;
  readonly #estimated: number;
  #actual = 0;
  #isSettled = false;

  constructor(parts: OperationChargeParts, estimated: number) {
    this.#parts = parts;
    this.#estimated = estimated;
  }

  /** What of it was executed here, for its own client; an answer that was there already, or that others share, is nothing. */
  get actual(): number {
    return this.#actual;
  }

  /** Told of each execution. */
  add(cost: number): void {
    this.#actual += cost;
  }

  /**
   * Gives back what was not used, as far as that is known. It is done once.
   */
  settle(knowledge: CostKnowledge): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const used = knowledge === 'unknown' ? this.#estimated : Math.min(this.#actual, this.#estimated);
    const { account, admission, operation, costs } = this.#parts;
    account.note(this.#estimated, used);
    account.settle(this.#estimated, used, admission);
    costs.add(operation, this.#estimated, used);
  }

  /** Gives everything back, for an operation that was not executed at all. */
  cancel(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#parts.account.settle(this.#estimated, 0, this.#parts.admission);
  }
}
