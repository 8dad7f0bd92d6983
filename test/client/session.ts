/** Who the client asks as; a shop keeps it where it keeps its other state. */
export class Session {
  #accessToken: string | undefined;

  open(accessToken: string): void {
    this.#accessToken = accessToken;
  }

  close(): void {
    this.#accessToken = undefined;
  }

  /** The header that says who asks; none for a visitor. */
  get headers(): Record<string, string> {
    return this.#accessToken === undefined ? {} : { authorization: `Bearer ${this.#accessToken}` };
  }
}
