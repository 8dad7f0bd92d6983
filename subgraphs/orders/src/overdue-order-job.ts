import { startWakeLoop, type WakeLoop } from '@tributary/prisma/wake-loop/wake-loop';
import { type ExpireOrderDependencies, expireOrder } from './expire-order.ts';

export interface OverdueOrderJobOptions extends ExpireOrderDependencies {
  /** How long an order may be PENDING. */
  pendingLimitMs: number;
  intervalMs?: number;
  /** Told how many orders of a database were rejected. */
  onExpired: (database: string, expired: number) => void;
  /** Told of a round in which orders could not be settled; the others were, and these are tried again. */
  onError: (error: unknown) => void;
}

const DEFAULT_INTERVAL_MS = 5_000;
const MAX_BACKOFF_MS = 60_000;
const BATCH_SIZE = 100;

/** Rejects orders that have been PENDING for too long, on all shards. Any number of processes may run it: an order expires once. */
export function startOverdueOrderJob(options: OverdueOrderJobOptions): Pick<WakeLoop, 'stop'> {
  const { databases, intervalMs = DEFAULT_INTERVAL_MS, onError } = options;
  return startWakeLoop({
    run: async (signal) => {
      const shards = databases.allShards();
      const outcomes = await Promise.allSettled(shards.map(({ name }) => expireOverdueOrders(options, name, signal)));
      const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      if (errors.length > 0) throw new AggregateError(errors, 'cannot settle all orders that are overdue');
    },
    intervalMs,
    maxBackoffMs: MAX_BACKOFF_MS,
    onError,
  });
}

/**
 * Each order is a transaction of its own, so that one whose logical shard is being moved keeps no other from being settled.
 * @throws the first error, once all have been tried
 */
async function expireOverdueOrders(
  { databases, orders, pendingLimitMs, onExpired }: OverdueOrderJobOptions,
  database: string,
  signal: AbortSignal,
): Promise<void> {
  let isMoreLeft = true;
  while (isMoreLeft && !signal.aborted) {
    const overdue = await orders.findOverdue(database, { pendingLimitMs, limit: BATCH_SIZE });
    const failures: unknown[] = [];
    let expired = 0;
    for (const { id } of overdue) {
      try {
        if (await expireOrder({ databases, orders }, id)) expired += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    if (expired > 0) onExpired(database, expired);
    if (failures.length > 0) throw failures[0];
    isMoreLeft = overdue.length === BATCH_SIZE;
  }
}
