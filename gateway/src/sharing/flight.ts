import type { AbortState } from '../subgraph-fetch/exchange.ts';

export interface FlightOptions<Value> {
  /** Is given what is aborted once nobody waits any more. */
  work: (signal: AbortState) => Promise<Value>;
  /** Is called when the work has ended, before anybody is told. */
  land: () => void;
  /** Makes what a sharer may change. */
  copy: (value: Value) => Value;
}

/** A piece of work that several wait for. As a signal, it is aborted once none of them does any more. */
export class Flight<Value> implements AbortState {
  readonly #signals: (AbortState | undefined)[];
  readonly #outcome: Promise<Value>;
  readonly #copy: (value: Value) => Value;
  #waiting = 0;

  /** Begins the work. @param signal of the one whom it is begun for */
  constructor(signal: AbortState | undefined, { work, land, copy }: FlightOptions<Value>) {
    this.#signals = [signal];
    this.#copy = copy;
    this.#outcome = new Promise<Value>((resolve) => resolve(work(this))).finally(land);
  }

  get aborted(): boolean {
    return this.#signals.every((signal) => signal?.aborted === true);
  }

  /** @param signal of one more who waits, and then asks for the outcome */
  join(signal: AbortState | undefined): void {
    this.#signals.push(signal);
  }

  /** To be called once for each who waits. The last one to be told takes the value itself: until then it has only been copied. */
  async outcome(): Promise<Value> {
    this.#waiting += 1;
    const value = await this.#outcome;
    this.#waiting -= 1;
    return this.#waiting === 0 ? value : this.#copy(value);
  }
}
