import { setTimeout as delay } from 'node:timers/promises';
import { IdempotencyKeyBusyError } from './idempotency-errors.ts';
import type { IdempotentOperation } from './idempotent.ts';

/** Lets calls that repeat another one wait for it. */
export interface IdempotentCalls {
  /**
   * Runs `attempt`, a transaction with `runIdempotent` in it, as often as it finds the first call of its key under way, which may
   * be in another process. In between it holds no connection, and of the calls of this process with one key, one is at it.
   * @throws IdempotencyKeyBusyError when the first call has not ended within the limit; whatever `attempt` throws
   */
  run<T>(call: Pick<IdempotentOperation, 'ownerId' | 'operation' | 'key'>, attempt: () => Promise<T>): Promise<T>;
}

/** Below the gateway's time-out for a subgraph: who waits hears that it is too long, rather than nothing. */
const DEFAULT_WAIT_LIMIT_MS = 5_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** @param options.waitLimitMs how long a call waits for the first one with its key */
export function createIdempotentCalls({
  waitLimitMs = DEFAULT_WAIT_LIMIT_MS,
}: {
  waitLimitMs?: number;
} = {}): IdempotentCalls {
  const turns = new Map<string, Promise<void>>();

  /** Waits for this process's earlier calls, and returns what ends the turn. */
  async function takeTurn(name: string, operation: string, deadlineMs: number): Promise<() => void> {
    for (let turn = turns.get(name); turn !== undefined; turn = turns.get(name)) {
      if (!(await isOverBy(turn, deadlineMs))) throw new IdempotencyKeyBusyError(operation);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    turns.set(name, promise);
    return () => {
      turns.delete(name);
      resolve();
    };
  }

  return {
    async run({ ownerId, operation, key }, attempt) {
      const deadlineMs = performance.now() + waitLimitMs;
      const endTurn = await takeTurn(`${ownerId} ${operation} ${key}`, operation, deadlineMs);
      try {
        return await repeatWhileBusy(attempt, deadlineMs);
      } finally {
        endTurn();
      }
    },
  };
}

async function repeatWhileBusy<T>(attempt: () => Promise<T>, deadlineMs: number): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof IdempotencyKeyBusyError) || performance.now() + pauseMs > deadlineMs) throw error;
    }
    await delay(pauseMs);
  }
}

async function isOverBy(turn: Promise<void>, deadlineMs: number): Promise<boolean> {
  const timer = new AbortController();
  const time = delay(Math.max(0, deadlineMs - performance.now()), false, { signal: timer.signal });
  try {
    return await Promise.race([turn.then(() => true), time]);
  } finally {
    timer.abort();
  }
}
