/** A request that is sent over and over. */
export interface Scenario {
  readonly name: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly body?: string;
}

/** What a scenario came to. */
export interface Measurement {
  readonly scenario: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly responseBytes: number;
  /** Answers that were not 2xx, connection errors and time-outs. */
  readonly failures: number;
}
