/** What is usual is the mean of about so many windows; what is seen in a crowd counts for much less, since it would become usual. */
const WINDOWS = 300;
const WINDOWS_IN_A_CROWD = 10_000;
const FIRST_WINDOWS = 10;
/** What was learned while all was slow, as after a start, is unlearned fast. */
const UNLEARNING = 0.9;

/** Learns how long something usually takes. */
export class UsualTime {
  #ms = 0;
  #windows = 0;

  /** 0 before anything was learned. */
  get ms(): number {
    return this.#ms;
  }

  /** @param ms how long it took in one window of time */
  learn(ms: number, { isCrowded }: { isCrowded: boolean }): void {
    this.#windows += 1;
    const isKnown = this.#windows > FIRST_WINDOWS;
    const windows = isKnown && isCrowded ? WINDOWS_IN_A_CROWD : Math.min(this.#windows, WINDOWS);
    this.#ms += (ms - this.#ms) / windows;
    if (this.#ms > 2 * ms) this.#ms *= UNLEARNING;
  }
}
