import { LRUCache } from 'lru-cache';
import type { CallWindow } from './call-window.ts';

export interface LocalCallWindowOptions {
  /** How many processes share what a rule allows. */
  readonly processes: number;
  /** A clock that is never set back. */
  readonly nowMs?: () => number;
}

/** How many clients are known, for each field; of more, those that called last. */
const MOST_KEYS = 50_000;

/** Windows of this process alone, which has its share of what is allowed: one call at least. */
export function createLocalCallWindow({
  processes,
  nowMs = () => performance.now(),
}: LocalCallWindowOptions): CallWindow {
  const calls = new LRUCache<string, number[]>({ max: MOST_KEYS });
  return {
    async record(key, { max, windowMs }) {
      const now = nowMs();
      const share = Math.max(1, Math.floor(max / processes));
      const recent = (calls.get(key) ?? []).filter((at) => at > now - windowMs);
      const [first = now] = recent;
      const isAdmitted = recent.length < share;
      if (isAdmitted) recent.push(now);
      calls.set(key, recent);
      return { isAdmitted, retryAfterMs: isAdmitted ? 0 : first + windowMs - now };
    },
  };
}
