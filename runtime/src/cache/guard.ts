import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { Coordination, FillTicket } from './coordination.ts';
import type { ValueStore } from './value-store.ts';
import { withinBudget } from './within-budget.ts';

export interface GuardOptions {
  /** How long one call may take. */
  readonly budgetMs: number;
  /** How many calls in a row have to fail until no more are sent. Default 5. */
  readonly failuresToOpen?: number;
  /** How long none are sent then; after that one attempt is made. Default 1,000. */
  readonly openForMs?: number;
  /** The attempt: it is made beside a call that is rejected at once. Without it a call is the attempt, and waits for what comes of it. */
  readonly probe?: () => Promise<unknown>;
  /** Told when no more calls are sent, and when they are again. */
  readonly onStateChange?: ((isOpen: boolean) => void) | undefined;
}

/** Runs a call and rejects when it fails, takes too long, or would be in vain. */
export type Guard = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * A time budget inside a breaker: a store that hangs costs a few callers the budget, and all others nothing. What it answers
 * after its time is dropped.
 */
export function createGuard({
  budgetMs,
  failuresToOpen = 5,
  openForMs = 1_000,
  probe,
  onStateChange,
}: GuardOptions): Guard {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: openForMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
  if (onStateChange) {
    breaker.onBreak(() => onStateChange(true));
    breaker.onReset(() => onStateChange(false));
  }
  let isProbing = false;

  async function attempt(ask: () => Promise<unknown>): Promise<void> {
    if (isProbing) return;
    isProbing = true;
    await breaker.execute(() => withinBudget(ask(), budgetMs)).catch(() => undefined);
    isProbing = false;
  }

  return async (call) => {
    if (probe && breaker.state !== CircuitState.Closed) {
      void attempt(probe);
      throw new BrokenCircuitError();
    }
    return breaker.execute(() => withinBudget(call(), budgetMs));
  };
}

/** The same store, each of whose calls ends in time or is refused at once. */
export function guardValueStore(store: ValueStore, guard: Guard): ValueStore {
  return {
    getMany: (keys) => guard(() => store.getMany(keys)),
    setMany: (values) => guard(() => store.setMany(values)),
    deleteMany: (keys) => guard(() => store.deleteMany(keys)),
    close: () => store.close(),
  };
}

/** Subscribing stays unguarded: it lasts as long as the process, and reconnects by itself. */
export function guardCoordination(coordination: Coordination, guard: Guard): Coordination {
  return {
    versionsOf: (tags) => guard(() => coordination.versionsOf(tags)),
    beginFills: (requests) => beginInTime(coordination, guard, requests),
    finishFills: (fills) => guard(() => coordination.finishFills(fills)),
    releaseLeases: (tickets) => guard(() => coordination.releaseLeases(tickets)),
    invalidate: (invalidation) => guard(() => coordination.invalidate(invalidation)),
    finishWrite: (write) => guard(() => coordination.finishWrite(write)),
    subscribe: (listener) => coordination.subscribe(listener),
    close: () => coordination.close(),
  };
}

/**
 * A store that hung runs the calls that were given up meanwhile as soon as it goes on. The leases that nobody waits for any more
 * are given back then: others would wait for their fillers in vain.
 */
async function beginInTime(
  coordination: Coordination,
  guard: Guard,
  requests: Parameters<Coordination['beginFills']>[0],
): Promise<FillTicket[]> {
  let isGivenUp = false;
  const begin = async (): Promise<FillTicket[]> => {
    const tickets = await coordination.beginFills(requests);
    const late = isGivenUp ? tickets.filter(({ lease }) => lease !== undefined) : [];
    // Leases that cannot be given back end by themselves.
    if (late.length > 0) await coordination.releaseLeases(late).catch(() => undefined);
    return tickets;
  };
  try {
    return await guard(begin);
  } catch (error) {
    isGivenUp = true;
    throw error;
  }
}
