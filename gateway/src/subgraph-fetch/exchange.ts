import type { IncomingHttpHeaders } from 'node:http';
import { sessionHeader } from '@tributary/runtime/session/followed-session';
import type { Dispatcher } from 'undici';
import type { Deadlines, Expiring } from './deadlines.ts';
import type { RetryBudget } from './retry-budget.ts';

/** The part of an `AbortSignal` that is looked at: nothing listens, since to add and remove a listener costs more than a look. */
export type AbortState = Pick<AbortSignal, 'aborted'>;

/** A response as it came. */
export interface RawResponse {
  readonly status: number;
  /** The header of that name; what it says of how the answer may be kept. */
  readonly cacheControl: string | undefined;
  /** The header of that name; what it says of how far the databases were. */
  readonly session: string | undefined;
  /** Whether the server said that it closes the connection: it is about to stop. */
  readonly isLastOnConnection: boolean;
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

/** Another one of the kind has been asked for in its place, which has been taken from the budget. */
export class OverdueError extends Error {}

/** When a request is cut off. */
export interface ExchangeEnd {
  /** A `performance.now()`. */
  readonly deadlineMs: number;
  readonly signal?: AbortState | undefined;
  /** Gives it up earlier for another attempt. */
  readonly retry?: EarlyRetry | undefined;
}

/** When a request of which nothing has come back is given up for another attempt, if the budget allows one. */
export interface EarlyRetry {
  readonly budget: RetryBudget;
  /** A `performance.now()`. */
  readonly overdueAtMs: number;
  /** Whoever has the request. */
  readonly health: { readonly isLost: boolean };
}

/**
 * How far a request has come: made; handed to the connections of an instance; on one of them, so that the instance may have it; or
 * answered, with the head of an answer at least.
 */
export type ExchangeProgress = 'made' | 'dispatched' | 'sent' | 'answered';

/** One HTTP request and what comes back. It settles once; a request that has not ended by then is cut off. */
export class Exchange implements Dispatcher.DispatchHandler, Expiring {
  readonly response: Promise<RawResponse>;
  progress: ExchangeProgress = 'made';
  /** Of the answer; 0 before there is one. */
  status = 0;
  pendingIndex = -1;
  readonly #settlement = Promise.withResolvers<RawResponse>();
  readonly #deadlines: Deadlines;
  readonly #end: ExchangeEnd;
  #controller: Dispatcher.DispatchController | undefined;
  /** Why nobody waits for it any more. */
  #cutOffBy: Error | undefined;
  #cacheControl: string | undefined;
  #session: string | undefined;
  #isLastOnConnection = false;
  #body: Buffer | undefined;
  #rest: Buffer[] | undefined;

  /** @param deadlines where it is put when it goes out, and taken away from at its end */
  constructor(deadlines: Deadlines, end: ExchangeEnd) {
    this.response = this.#settlement.promise;
    this.#deadlines = deadlines;
    this.#end = end;
  }

  expireAt(nowMs: number): void {
    const { deadlineMs, signal } = this.#end;
    if (nowMs >= deadlineMs) this.#cutOff(new DeadlineError('no answer came in time'));
    else if (signal?.aborted) this.#cutOff(new AbandonedError());
    else if (this.#mayBeRetried(nowMs)) this.#cutOff(new OverdueError('no answer came for long'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.progress = 'sent';
    this.#controller = controller;
    // It may have waited for a free connection for too long.
    if (this.#cutOffBy) controller.abort(this.#cutOffBy);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.progress = 'answered';
    this.status = status;
    // Of several headers the sum of what they say counts, as if it were one.
    this.#cacheControl = headers['cache-control']?.toString();
    this.#session = headers[sessionHeader]?.toString();
    this.#isLastOnConnection = headers.connection === 'close';
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body === undefined) this.#body = chunk;
    else if (this.#rest === undefined) this.#rest = [this.#body, chunk];
    else this.#rest.push(chunk);
  }

  onResponseEnd(): void {
    this.#deadlines.delete(this);
    const body = this.#rest ? Buffer.concat(this.#rest) : (this.#body ?? Buffer.alloc(0));
    this.#settlement.resolve({
      status: this.status,
      cacheControl: this.#cacheControl,
      session: this.#session,
      isLastOnConnection: this.#isLastOnConnection,
      body,
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#deadlines.delete(this);
    this.#settlement.reject(error);
  }

  #mayBeRetried(nowMs: number): boolean {
    const { retry } = this.#end;
    if (!retry || this.progress === 'answered') return false;
    return (retry.health.isLost || nowMs >= retry.overdueAtMs) && retry.budget.takeRetry();
  }

  #cutOff(reason: Error): void {
    this.#cutOffBy = reason;
    this.#controller?.abort(reason);
    // Where it has not been started, nothing tells of its end.
    this.onResponseError(null, reason);
  }
}
