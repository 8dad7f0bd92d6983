import type { Deadlines, Expiring } from '../../subgraph-fetch/deadlines.ts';

/** How long one who is there waits for the others, before it goes without them; up to 50 ms more, as deadlines have it. */
const PATIENCE_MS = 20;

/** The members of a group who are there, by number. */
export type Arrived = ReadonlySet<number>;

/**
 * Where the members of a group meet who do something together: it is done once all have come or have said that they will not. Who
 * waits in vain for the others, since what they wait for in turn is slow, goes without them.
 */
export class Gathering implements Expiring {
  pendingIndex = -1;
  readonly #act: (arrived: Arrived) => Promise<void>;
  readonly #deadlines: Deadlines;
  #missing: number;
  #waiting: { readonly arrived: Set<number>; readonly settlement: PromiseWithResolvers<void> } | undefined;
  #patientUntilMs = 0;

  /** @param act what those do together who go together; it is called again where some go later */
  constructor(size: number, deadlines: Deadlines, act: (arrived: Arrived) => Promise<void>) {
    this.#missing = size;
    this.#deadlines = deadlines;
    this.#act = act;
  }

  /** Resolves when what was done for the member, and others, has ended. To be called once for each who does not stay away. */
  arrive(member: number): Promise<void> {
    const waiting = this.#waiting ?? this.#open();
    waiting.arrived.add(member);
    this.#count();
    return waiting.settlement.promise;
  }

  /** Says that a member will not come. */
  stayAway(): void {
    this.#count();
  }

  expireAt(nowMs: number): void {
    if (nowMs >= this.#patientUntilMs) this.#depart();
  }

  #open() {
    this.#waiting = { arrived: new Set(), settlement: Promise.withResolvers<void>() };
    if (this.#missing > 1) {
      this.#patientUntilMs = performance.now() + PATIENCE_MS;
      this.#deadlines.add(this);
    }
    return this.#waiting;
  }

  #count(): void {
    this.#missing -= 1;
    if (this.#missing === 0) this.#depart();
  }

  #depart(): void {
    this.#deadlines.delete(this);
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    const { resolve, reject } = waiting.settlement;
    this.#act(waiting.arrived).then(resolve, reject);
  }
}
