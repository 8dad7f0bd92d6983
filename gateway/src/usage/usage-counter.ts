import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import type { UsedOperation } from './used-operation.ts';
import { usedValues } from './used-values.ts';

/** How often one client has sent one operation, and what its variables held. */
export interface CountedUse {
  readonly client: string;
  readonly operation: UsedOperation;
  readonly uses: number;
  /** Requests whose variables were looked at. */
  readonly samples: number;
  /** In how many of those a coordinate was, by coordinate. */
  readonly values: ReadonlyMap<string, number>;
}

/** Of each interval these are all looked at, so that what is rare is not overlooked. */
const FIRST_SAMPLES = 8;
/** Of more, one of so many. */
const SAMPLED_EACH = 64;

/** Counts the requests of one client for one operation until they are taken. */
export class UsageCounter {
  readonly #client: string;
  readonly #operation: UsedOperation;
  /** Told of the first use since the last taking; whether it is to be counted. */
  readonly #begin: (counter: UsageCounter) => boolean;
  #uses = 0;
  #samples = 0;
  #values = new Map<string, number>();

  constructor(client: string, operation: UsedOperation, begin: (counter: UsageCounter) => boolean) {
    this.#client = client;
    this.#operation = operation;
    this.#begin = begin;
  }

  /** Counts a request whose variables are not at hand. */
  add(): void {
    if (this.#uses === 0 && !this.#begin(this)) return;
    this.#uses += 1;
  }

  /** Counts a request, and now and then looks at its variables. */
  count(variables: Readonly<JsonObject>): void {
    this.add();
    if (this.#operation.inputs.length === 0 || this.#uses === 0) return;
    if (this.#samples < FIRST_SAMPLES || this.#uses % SAMPLED_EACH === 0) this.#sample(variables);
  }

  /** What was counted, and begins anew. */
  take(): CountedUse {
    const taken = {
      client: this.#client,
      operation: this.#operation,
      uses: this.#uses,
      samples: this.#samples,
      values: this.#values,
    };
    this.#uses = 0;
    this.#samples = 0;
    this.#values = new Map();
    return taken;
  }

  /** Begins with what was taken from another one and could not be told. */
  putBack({ uses, samples, values }: CountedUse): void {
    if (!this.#begin(this)) return;
    this.#uses += uses;
    this.#samples += samples;
    for (const [coordinate, count] of values) {
      this.#values.set(coordinate, (this.#values.get(coordinate) ?? 0) + count);
    }
  }

  #sample(variables: Readonly<JsonObject>): void {
    this.#samples += 1;
    for (const coordinate of usedValues(this.#operation, variables)) {
      this.#values.set(coordinate, (this.#values.get(coordinate) ?? 0) + 1);
    }
  }
}
