import type { Entry } from './entry.ts';
import type { Reading } from './local-tier.ts';

/** What a look-up came to. */
export interface Landing {
  readonly entry: Entry;
  /** Whether it was true when its value was at hand; who joined the flight late looks again when it wasn't. */
  readonly isCurrent: boolean;
}

/** A look-up of one key that is under way. */
export interface Flight {
  readonly reading: Reading;
  readonly landing: Promise<Landing>;
}

/** A flight as who runs it sees it. */
export interface Pilot {
  land(landing: Landing): void;
  crash(error: unknown): void;
}

/** The look-ups of this process that are under way, one a key: whoever wants the same key joins. */
export class Flights {
  readonly #byKey = new Map<string, Flight>();

  get(key: string): Flight | undefined {
    return this.#byKey.get(key);
  }

  /** Starts a flight, which others can join until it lands; one of the same key that can't be joined any more gives way. */
  start(key: string, reading: Reading): { flight: Flight; pilot: Pilot } {
    const { promise, resolve, reject } = Promise.withResolvers<Landing>();
    const flight: Flight = { reading, landing: promise };
    this.#byKey.set(key, flight);
    const end = () => {
      if (this.#byKey.get(key) === flight) this.#byKey.delete(key);
    };
    const pilot: Pilot = {
      land: (landing) => {
        end();
        resolve(landing);
      },
      crash: (error) => {
        end();
        reject(error);
      },
    };
    return { flight, pilot };
  }
}
