import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Deadlines, Expiring } from './deadlines.ts';

/** The part of an `AbortSignal` that is looked at: nothing listens, since to add and remove a listener costs more than a look. */
export type AbortState = Pick<AbortSignal, 'aborted'>;

/** A response as it came. */
export interface RawResponse {
  readonly status: number;
  /** The header of that name; what it says of how the answer may be kept. */
  readonly cacheControl: string | undefined;
  readonly body: Buffer;
}

/** No whole answer came in time. */
export class DeadlineError extends Error {}

/** Nobody waits for the answer any more. */
export class AbandonedError extends Error {
  constructor() {
    super('the client has gone');
  }
}

/** One HTTP request and what comes back. It settles once; a request that has not ended by then is cut off. */
export class Exchange implements Dispatcher.DispatchHandler, Expiring {
  readonly response: Promise<RawResponse>;
  /** Whether the head of an answer has come. */
  isAnswered = false;
  pendingIndex = -1;
  readonly #settlement = Promise.withResolvers<RawResponse>();
  readonly #deadlines: Deadlines;
  readonly #deadlineMs: number;
  readonly #signal: AbortState | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  /** Why nobody waits for it any more. */
  #cutOffBy: Error | undefined;
  #status = 0;
  #cacheControl: string | undefined;
  #body: Buffer | undefined;
  #rest: Buffer[] | undefined;

  /**
   * @param deadlines where it is put when it goes out, and taken away from at its end
   * @param deadlineMs a `performance.now()`
   */
  constructor(deadlines: Deadlines, deadlineMs: number, signal: AbortState | undefined) {
    this.response = this.#settlement.promise;
    this.#deadlines = deadlines;
    this.#deadlineMs = deadlineMs;
    this.#signal = signal;
  }

  expireAt(nowMs: number): void {
    if (nowMs >= this.#deadlineMs) this.#cutOff(new DeadlineError('no answer came in time'));
    else if (this.#signal?.aborted) this.#cutOff(new AbandonedError());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It may have waited for a free connection for too long.
    if (this.#cutOffBy) controller.abort(this.#cutOffBy);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.isAnswered = true;
    this.#status = status;
    // Of several headers the sum of what they say counts, as if it were one.
    this.#cacheControl = headers['cache-control']?.toString();
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body === undefined) this.#body = chunk;
    else if (this.#rest === undefined) this.#rest = [this.#body, chunk];
    else this.#rest.push(chunk);
  }

  onResponseEnd(): void {
    this.#deadlines.delete(this);
    const body = this.#rest ? Buffer.concat(this.#rest) : (this.#body ?? Buffer.alloc(0));
    this.#settlement.resolve({ status: this.#status, cacheControl: this.#cacheControl, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#deadlines.delete(this);
    this.#settlement.reject(error);
  }

  #cutOff(reason: Error): void {
    this.#cutOffBy = reason;
    this.#controller?.abort(reason);
    // Where it has not been started, nothing tells of its end.
    this.onResponseError(null, reason);
  }
}
