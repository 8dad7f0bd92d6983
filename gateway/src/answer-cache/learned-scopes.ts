import { LRUCache } from 'lru-cache';

/** What was learned of an operation the last time it was executed; of most nothing, and then its answers may be everybody's. */
export type LearnedScope = 'private' | 'uncacheable' | 'to be tried' | undefined;

const MOST_OPERATIONS = 10_000;
const MOST_FAILURES = 10_000;

/** How long an operation is taken for uncacheable until one request finds out again. */
export const UNCACHEABLE_MS = 30_000;

/** How long nobody waits for an answer that was not to be kept, such as one with errors. */
const NOT_KEPT_MS = 1_000;

/**
 * What a process remembers of answers that it could not keep for everybody, so that requests for the like neither wait for one another
 * nor ask a store in vain.
 */
export class LearnedScopes {
  readonly #scopes = new LRUCache<string, { scope: 'private' } | { scope: 'uncacheable'; untilMs: number }>({
    max: MOST_OPERATIONS,
  });
  readonly #notKept = new LRUCache<string, true>({ max: MOST_FAILURES, ttl: NOT_KEPT_MS });
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `to be tried` is said to one caller at a time, who then says what it has found. */
  of(operation: string): LearnedScope {
    const learned = this.#scopes.get(operation);
    if (learned?.scope !== 'uncacheable') return learned?.scope;
    if (this.#nowMs() < learned.untilMs) return 'uncacheable';
    this.learn(operation, 'uncacheable');
    return 'to be tried';
  }

  isPrivate(operation: string): boolean {
    return this.#scopes.get(operation)?.scope === 'private';
  }

  learn(operation: string, scope: 'public' | 'private' | 'uncacheable'): void {
    if (scope === 'public') this.#scopes.delete(operation);
    else if (scope === 'private') this.#scopes.set(operation, { scope });
    else this.#scopes.set(operation, { scope, untilMs: this.#nowMs() + UNCACHEABLE_MS });
  }

  noteNotKept(key: string): void {
    this.#notKept.set(key, true);
  }

  wasNotKept(key: string): boolean {
    return this.#notKept.has(key);
  }
}
