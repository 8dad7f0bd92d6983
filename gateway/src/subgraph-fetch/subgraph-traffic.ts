import type { Observations } from '@tributary/runtime/metrics/observations';
import type { SubgraphFailureCode } from './subgraph-failure.ts';

/** What became of a request to a subgraph: `abandoned` when nobody waited any more. */
export type FetchOutcome = 'ok' | 'graphql-errors' | 'abandoned' | SubgraphFailureCode;

/** A counter that appears with its first failure shows no increase, so each is there from the beginning. */
const NONE: Readonly<Record<FetchOutcome, 0>> = {
  ok: 0,
  'graphql-errors': 0,
  abandoned: 0,
  SUBGRAPH_UNAVAILABLE: 0,
  SUBGRAPH_BUSY: 0,
  SUBGRAPH_TIMEOUT: 0,
  SUBGRAPH_INVALID_RESPONSE: 0,
};

/** What a client of a subgraph has to do with at the moment. */
export interface SubgraphLoad {
  readonly inFlight: number;
  readonly instances: { readonly well: number; readonly ejected: number };
  readonly retries: { readonly sent: number; readonly overBudget: number; readonly left: number };
}

/** What is asked of one subgraph, and what comes of it; for metrics. */
export class SubgraphTraffic {
  readonly #durations: Observations;
  readonly #outcomes: Record<FetchOutcome, number> = { ...NONE };
  readonly #clients = new Set<() => SubgraphLoad>();

  /** @param durations where requests are observed, in seconds */
  constructor(durations: Observations) {
    this.#durations = durations;
  }

  get outcomes(): Readonly<Record<FetchOutcome, number>> {
    return this.#outcomes;
  }

  /** Of each client: the one in use, and those whose last requests end. */
  get loads(): readonly SubgraphLoad[] {
    return Array.from(this.#clients, (load) => load());
  }

  /** Notes the end of a request. */
  ended(outcome: FetchOutcome, durationMs: number): void {
    this.#outcomes[outcome] += 1;
    this.#durations.observe(durationMs / 1_000);
  }

  /** Looks at a client until the returned function is called. */
  watch(load: () => SubgraphLoad): () => void {
    this.#clients.add(load);
    return () => this.#clients.delete(load);
  }
}
