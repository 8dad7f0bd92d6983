import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import type { UsageTally } from './usage-tally.ts';
import type { ReadOperation } from './used-operation.ts';
import { usedValues } from './used-values.ts';

/** Counts the requests of one client for one operation of a document. */
export class UsageCounter {
  readonly #inputs: ReadOperation['inputs'];
  /** Where they are counted until that is taken; nowhere when there are too many to be told apart. */
  readonly #begin: () => UsageTally | undefined;
  #tally: UsageTally | undefined;

  constructor(inputs: ReadOperation['inputs'], begin: () => UsageTally | undefined) {
    this.#inputs = inputs;
    this.#begin = begin;
  }

  /**
   * Counts a request, and now and then looks at its variables.
   * @param readVariables makes them where they are not at hand
   */
  count(readVariables: () => Readonly<JsonObject>): void {
    if (this.#tally === undefined || this.#tally.isTaken) this.#tally = this.#begin();
    const tally = this.#tally;
    if (!tally) return;
    tally.uses += 1;
    if (this.#inputs.length > 0 && tally.wantsSample) tally.addSample(usedValues(this.#inputs, readVariables()));
  }
}
