import type { Metrics } from './metrics.ts';
import type { Observations } from './observations.ts';

/** The GraphQL requests of an HTTP server: how many there are, and how they were answered. */
export class HttpTraffic {
  readonly #durations: Observations;
  readonly #answered = new Map<number, number>();
  #inFlight = 0;

  constructor(metrics: Metrics) {
    this.#durations = metrics.histogram('tributary_http_request_duration_seconds').of({});
    metrics.read('tributary_http_requests_in_flight', () => [{ labels: {}, value: this.#inFlight }]);
    metrics.read('tributary_http_requests_total', () =>
      [...this.#answered].map(([status, value]) => ({ labels: { status: String(status) }, value })),
    );
  }

  /** Notes a request that has arrived. Returns when, for `ended`. */
  began(): number {
    this.#inFlight += 1;
    return performance.now();
  }

  /** Notes the answer to a request that began then. */
  ended(beganAtMs: number, status: number): void {
    this.#inFlight -= 1;
    this.#durations.observe((performance.now() - beganAtMs) / 1_000);
    this.#answered.set(status, (this.#answered.get(status) ?? 0) + 1);
  }
}
