import { setTimeout as delay } from 'node:timers/promises';
import { type AttemptFailure, isRetryable } from './attempt-failure.ts';
import type { EarlyRetry } from './exchange.ts';
import type { InstanceChoice } from './instance-choice.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { SubgraphInstance } from './subgraph-instance.ts';

export interface RetriesOptions {
  readonly choice: InstanceChoice;
  readonly budget: RetryBudget;
  /** A `performance.now()`. */
  readonly deadlineMs: number;
  /** Whether the request changes nothing. */
  readonly isRepeatable: boolean;
  /** Whether it changes something, but once only, however often it comes. */
  readonly isIdempotent: boolean;
}

const MOST_RETRIES = 2;

/** The first of several pauses takes up to so long, each further one up to twice the one before. */
const FIRST_PAUSE_MS = 25;

/** With less time left, no answer would come. */
const LEAST_ROOM_MS = 50;

/** What share of its time a request waits for the first byte until another attempt may take its place. */
const PATIENCE = 0.6;

/** Decides, for one request, whether and where it goes out once more. */
export class Retries {
  readonly #options: RetriesOptions;
  /** Made where something fails: most never do. */
  #tried: SubgraphInstance[] | undefined;
  #retries = 0;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** When an attempt that began at `nowMs` is to be given up for another one; `undefined` for none. */
  early({ health }: SubgraphInstance, nowMs: number): EarlyRetry | undefined {
    const { budget, deadlineMs, isRepeatable } = this.#options;
    if (!isRepeatable || this.#retries === MOST_RETRIES) return undefined;
    return { budget, health, overdueAtMs: nowMs + (deadlineMs - nowMs) * PATIENCE };
  }

  /**
   * The instance that gets the request after `failed`, once it is time; `undefined` where it is not to go out again.
   *
   * Whatever was not sent goes to another instance at once, since nobody has heard it. All else is sent again only if that changes
   * nothing more, there is time, and the budget allows it; after a pause with full jitter, for many may have failed at the same moment.
   * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
   */
  async next(failure: AttemptFailure, failed: SubgraphInstance): Promise<SubgraphInstance | undefined> {
    const { choice } = this.#options;
    this.#tried ??= [];
    this.#tried.push(failed);
    const other = failure === 'not sent' ? choice.next(performance.now(), this.#tried) : undefined;
    if (other) return other;
    if (!isRetryable(failure) || !(await this.#mayGoAgain(failure))) return undefined;
    this.#retries += 1;
    const nowMs = performance.now();
    return choice.next(nowMs, this.#tried) ?? choice.next(nowMs);
  }

  async #mayGoAgain(failure: AttemptFailure): Promise<boolean> {
    const { budget, deadlineMs, isRepeatable, isIdempotent } = this.#options;
    // What is overdue has been taken from the budget, and has waited enough.
    if (failure === 'overdue') return true;
    if (!(isRepeatable || isIdempotent) || this.#retries === MOST_RETRIES) return false;
    const pauseMs = Math.random() * FIRST_PAUSE_MS * 2 ** this.#retries;
    if (performance.now() + pauseMs + LEAST_ROOM_MS > deadlineMs || !budget.takeRetry()) return false;
    await delay(pauseMs);
    return true;
  }
}
