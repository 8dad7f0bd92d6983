import type { UsedOperation } from './used-operation.ts';

/** How often one client has sent operations that use the same, and what their variables held. */
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

/** What is counted of one client and operation until it is taken. */
export class UsageTally implements CountedUse {
  readonly client: string;
  readonly operation: UsedOperation;
  readonly values = new Map<string, number>();
  uses = 0;
  samples = 0;
  /** What comes after belongs into another one. */
  isTaken = false;

  constructor(client: string, operation: UsedOperation) {
    this.client = client;
    this.operation = operation;
  }

  /** Whether the variables of the request that was counted last are to be looked at. */
  get wantsSample(): boolean {
    return this.samples < FIRST_SAMPLES || this.uses % SAMPLED_EACH === 0;
  }

  /** @param coordinates that the variables of one request hold */
  addSample(coordinates: Iterable<string>): void {
    this.samples += 1;
    for (const coordinate of coordinates) this.#addValue(coordinate, 1);
  }

  /** Adds what was counted elsewhere. */
  merge({ uses, samples, values }: CountedUse): void {
    this.uses += uses;
    this.samples += samples;
    for (const [coordinate, count] of values) this.#addValue(coordinate, count);
  }

  #addValue(coordinate: string, count: number): void {
    this.values.set(coordinate, (this.values.get(coordinate) ?? 0) + count);
  }
}
