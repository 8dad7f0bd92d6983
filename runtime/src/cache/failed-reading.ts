/** Stands among the values of a fill for a key that could not be read: the others of the same fill are none the worse. */
export class FailedReading {
  readonly error: unknown;

  /** @param error what whoever asked for the key is told, unless a stale value may stand in */
  constructor(error: unknown) {
    this.error = error;
  }
}
