import { CodedError } from '../errors/coded-error.ts';
import type { ClientSignal } from '../http/http-message.ts';

/** By this header, in whole milliseconds, whoever asks says how long they will wait from now on. */
export const timeoutHeader = 'x-tributary-timeout-ms';

const timeoutForm = /^[1-9]\d{0,8}$/;

/**
 * Reads the header.
 *
 * @returns milliseconds, at least 1; `undefined` where nothing is said
 * @throws CodedError BAD_REQUEST for anything but a positive whole number
 */
export function parseTimeout(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (timeoutForm.test(value)) return Number(value);
  throw new CodedError('BAD_REQUEST', `${timeoutHeader} is no positive whole number of milliseconds`);
}

/** Aborted when whoever asked has gone or waits no longer. */
export class RequestDeadline implements ClientSignal {
  readonly #client: ClientSignal;
  readonly #deadlineMs: number;
  #signal: AbortSignal | undefined;

  /** @param timeoutMs how long whoever asked waits from now on */
  constructor(client: ClientSignal, timeoutMs: number) {
    this.#client = client;
    this.#deadlineMs = performance.now() + timeoutMs;
  }

  /** What is left of the time; 0 when it has passed, or nobody waits any more. */
  get leftMs(): number {
    return this.aborted ? 0 : Math.max(0, this.#deadlineMs - performance.now());
  }

  get aborted(): boolean {
    return this.#client.aborted || this.#isTold || performance.now() >= this.#deadlineMs;
  }

  /** Timers count from the whole millisecond before, so that they can be a little early; what some were told holds for all. */
  get #isTold(): boolean {
    return this.#signal?.aborted === true;
  }

  toAbortSignal(): AbortSignal {
    this.#signal ??= AbortSignal.any([this.#client.toAbortSignal(), AbortSignal.timeout(Math.ceil(this.leftMs))]);
    return this.#signal;
  }
}
