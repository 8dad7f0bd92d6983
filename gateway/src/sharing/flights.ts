import type { AbortState } from '../subgraph-fetch/exchange.ts';
import { Flight } from './flight.ts';

/** Somebody who wants something done that others may want, too. */
export interface Sharer {
  /** Whom it is done for, as far as the outcome depends on that: nothing is shared between two that differ. */
  readonly caller: string;
  /** All of what is to be done. Texts are compared as a whole, so two pieces of work are never taken for one. */
  readonly work: string;
  /** Aborted when this sharer wants the outcome no more. */
  readonly signal: AbortState | undefined;
}

/**
 * Work that is under way, so that whoever wants the same waits for it instead of having it done again. Nothing is kept beyond its
 * end: an outcome, or a failure, goes to those who asked before it was there.
 */
export class Flights<Value> {
  readonly #byCaller = new Map<string, Map<string, Flight<Value>>>();
  readonly #copy: (value: Value) => Value;

  /** @param copy makes what a sharer may change; the value itself goes to one of them */
  constructor(copy: (value: Value) => Value) {
    this.#copy = copy;
  }

  /**
   * The outcome of work under way, or of `start` where there is none to join. What all have left is not joined: it may be cut off
   * at any moment.
   * @param start is given what is aborted once all sharers have gone
   * @throws what `start` throws, to every sharer
   */
  share({ caller, work, signal }: Sharer, start: (signal: AbortState) => Promise<Value>): Promise<Value> {
    const flights = this.#byCaller.get(caller) ?? new Map<string, Flight<Value>>();
    const known = flights.get(work);
    if (known && !known.aborted) {
      known.join(signal);
      return known.outcome();
    }
    const land = () => {
      if (flights.get(work) === flight) flights.delete(work);
      if (flights.size === 0 && this.#byCaller.get(caller) === flights) this.#byCaller.delete(caller);
    };
    const flight: Flight<Value> = new Flight(signal, { work: start, land, copy: this.#copy });
    flights.set(work, flight);
    this.#byCaller.set(caller, flights);
    return flight.outcome();
  }

  /** Lets nobody join what is under way for a caller: it may have seen the state before something that the caller has changed. */
  seal(caller: string): void {
    this.#byCaller.delete(caller);
  }
}
