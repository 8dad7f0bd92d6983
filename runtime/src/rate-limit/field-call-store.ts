import { hash } from 'node:crypto';
import type { Identity, Store } from 'graphql-rate-limit';
import { LRUCache } from 'lru-cache';
import type { CallRule, CallWindow } from './call-window.ts';

/** More than are refused while somebody is being told. */
const KNOWN_WAITS = 10_000;

/**
 * Keeps calls of one field for `graphql-rate-limit`, which reads the times of calls, decides, and writes them back: two processes
 * that read the same times both admit a call. Here a call is decided about and counted when times are read, in one step, and
 * nothing is written back. The times that are read then say what was decided.
 */
export class FieldCallStore implements Store {
  readonly #window: CallWindow;
  readonly #rule: CallRule;
  readonly #waitsMs = new LRUCache<string, number>({ max: KNOWN_WAITS });

  constructor(window: CallWindow, rule: CallRule) {
    this.#window = window;
    this.#rule = rule;
  }

  /** @throws what the window throws */
  async getForIdentity(identity: Identity): Promise<readonly number[]> {
    const key = keyOf(identity);
    const { isAdmitted, retryAfterMs } = await this.#window.record(key, this.#rule);
    if (isAdmitted) return [];
    this.#waitsMs.set(key, retryAfterMs);
    return new Array<number>(this.#rule.max).fill(Date.now());
  }

  setForIdentity(): void {}

  /** How long the last call that was refused has to wait. */
  waitMs(identity: Identity): number {
    return this.#waitsMs.get(keyOf(identity)) ?? 0;
  }
}

/** Arguments, which may be as long as clients like and nobody else's business, are in no key as they are. */
function keyOf({ contextIdentity, fieldIdentity }: Identity): string {
  return hash('sha256', JSON.stringify([contextIdentity, fieldIdentity]), 'base64url');
}
