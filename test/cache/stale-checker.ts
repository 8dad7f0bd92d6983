/** Rows that are written and read under load, and a checker that knows which answers were too old. */
export class StaleChecker {
  readonly #versions: { committed: number; readonly acknowledgedAt: number[] }[];
  readonly #boundMs: number;
  /** Answers that were older than the bound allows, in words. */
  readonly stale: string[] = [];

  /** @param boundMs how long after its invalidation was acknowledged an older version may be answered */
  constructor(rows: number, boundMs: number) {
    this.#versions = Array.from({ length: rows }, () => ({ committed: 0, acknowledgedAt: [] }));
    this.#boundMs = boundMs;
  }

  /** What the database says now. */
  read(row: number): number {
    return this.#row(row).committed;
  }

  /** Commits a new version. */
  write(row: number): number {
    const state = this.#row(row);
    state.committed += 1;
    return state.committed;
  }

  /** To be told when the invalidation of a version has resolved. */
  acknowledge(row: number, version: number): void {
    this.#row(row).acknowledgedAt[version] = performance.now();
  }

  /** @param askedAtMs when the look-up began, by `performance.now()` */
  check(row: number, answered: number, askedAtMs: number): void {
    const newer = this.#row(row).acknowledgedAt.findIndex(
      (acknowledgedAt, version) => version > answered && acknowledgedAt < askedAtMs - this.#boundMs,
    );
    if (newer >= 0) this.stale.push(`row ${row} was answered as ${answered}, when ${newer} had been acknowledged`);
  }

  #row(row: number) {
    const state = this.#versions[row];
    if (!state) throw new Error(`there is no row ${row}`);
    return state;
  }
}
