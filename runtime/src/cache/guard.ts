import { ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import type { Coordination } from './coordination.ts';
import type { ValueStore } from './value-store.ts';
import { withinBudget } from './within-budget.ts';

export interface GuardOptions {
  /** How long one call may take. */
  readonly budgetMs: number;
  /** How many calls in a row have to fail until no more are sent. Default 5. */
  readonly failuresToOpen?: number;
  /** How long none are sent then; after that one call tries. Default 1,000. */
  readonly openForMs?: number;
}

/** Runs a call and rejects when it fails, takes too long, or would be in vain. */
export type Guard = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * A time budget inside a breaker: a store that hangs costs a few callers the budget, and all others nothing. What it answers
 * after its time is dropped.
 */
export function createGuard({ budgetMs, failuresToOpen = 5, openForMs = 1_000 }: GuardOptions): Guard {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: openForMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  });
  return (call) => breaker.execute(() => withinBudget(call(), budgetMs));
}

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
    beginFills: (requests) => guard(() => coordination.beginFills(requests)),
    finishFills: (fills) => guard(() => coordination.finishFills(fills)),
    releaseLeases: (tickets) => guard(() => coordination.releaseLeases(tickets)),
    invalidate: (invalidation) => guard(() => coordination.invalidate(invalidation)),
    finishWrite: (write) => guard(() => coordination.finishWrite(write)),
    subscribe: (listener) => coordination.subscribe(listener),
    close: () => coordination.close(),
  };
}
