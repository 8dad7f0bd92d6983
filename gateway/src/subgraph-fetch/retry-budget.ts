/** How many retries each request allows. */
const RETRIES_PER_REQUEST = 0.1;

/** So that the first failures after a start may be mended. */
const INITIAL_RETRIES = 10;

/**
 * Bounds what retries add to the load of a subgraph: a tenth of its requests, and 10 once. What quiet times have saved is spent when
 * it is needed, as when an instance dies under all requests that it had. After the retry throttling of gRPC.
 *
 * @see https://github.com/grpc/proposal/blob/master/A6-client-retries.md#throttling-retry-attempts-and-hedged-rpcs
 */
export class RetryBudget {
  readonly #most: number;
  #retries = INITIAL_RETRIES;
  #taken = 0;
  #refused = 0;

  /** @param most how many retries can be saved */
  constructor(most: number) {
    this.#most = Math.max(most, INITIAL_RETRIES);
  }

  /** How many retries there are left. */
  get left(): number {
    return Math.floor(this.#retries);
  }

  /** How many were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /** How many were asked for that there were not. */
  get refused(): number {
    return this.#refused;
  }

  /** Notes a request that goes out for the first time. */
  addRequest(): void {
    if (this.#retries < this.#most) this.#retries += RETRIES_PER_REQUEST;
  }

  /** Whether a request may go out once more; if so, that is noted. */
  takeRetry(): boolean {
    if (this.#retries < 1) {
      this.#refused += 1;
      return false;
    }
    this.#retries -= 1;
    this.#taken += 1;
    return true;
  }
}
