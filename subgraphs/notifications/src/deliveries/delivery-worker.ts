import type { Databases } from '@tributary/prisma/clients/databases';
import { timeOf } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { backoffMs, startWakeLoop, type WakeLoop } from '@tributary/prisma/wake-loop/wake-loop';
import type { Delivery, DeliveryChannel } from './delivery-channel.ts';
import type { ClaimedDelivery, DeliveryRepository } from './delivery-repository.ts';

export interface DeliveryWorkerOptions {
  readonly databases: Databases;
  readonly deliveries: DeliveryRepository;
  readonly channel: DeliveryChannel;
  /** Told of deliveries that failed and of databases that cannot be reached; the worker goes on. */
  readonly onError: (error: Error) => void;
  /** How long an attempt may take, in all, before another process makes the next one. */
  readonly leaseMs?: number;
  /** After so many a delivery is given up: with the default rests, after two and a half hours. */
  readonly maxAttempts?: number;
  /** The rest after a failed attempt doubles from the first of these to the second. */
  readonly firstRetryMs?: number;
  readonly maxRetryMs?: number;
  readonly pollIntervalMs?: number;
}

/** How many deliveries of a database are under way at once in this process. */
const CONCURRENCY = 8;
const MAX_BACKOFF_MS = 5_000;

/**
 * Delivers what is written in `notification_deliveries` of all shards, each at least once. Any number of processes may run one:
 * each delivery is leased to one of them, and comes to another one when that is gone.
 */
export function startDeliveryWorker(options: DeliveryWorkerOptions): WakeLoop {
  const { databases, deliveries, onError, leaseMs = 30_000, pollIntervalMs = 1_000 } = options;

  async function deliverFrom(database: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const claimed = await deliveries.claim(database, { limit: CONCURRENCY, leaseMs });
      const outcomes = await Promise.allSettled(claimed.map((each) => attempt(options, each)));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
      if (claimed.length < CONCURRENCY) return;
    }
  }

  return startWakeLoop({
    run: async (signal) => {
      const names = databases.allShards().map(({ name }) => name);
      const outcomes = await Promise.allSettled(names.map((name) => deliverFrom(name, signal)));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) throw failed.reason;
    },
    intervalMs: pollIntervalMs,
    maxBackoffMs: MAX_BACKOFF_MS,
    onError: (cause) => onError(new Error('deliveries cannot be read or noted, and will be', { cause })),
  });
}

/** One attempt, with what becomes of the delivery by it. Rejects only when that cannot be noted. */
async function attempt(options: DeliveryWorkerOptions, claimed: ClaimedDelivery): Promise<void> {
  const { databases, deliveries, channel, onError } = options;
  const { maxAttempts = 12, firstRetryMs = 5_000, maxRetryMs = 3_600_000 } = options;
  try {
    await channel.deliver(deliveryOf(claimed));
  } catch (error) {
    const isLast = claimed.attempts >= maxAttempts;
    const reason = error instanceof Error ? error.message : String(error);
    const outcome = isLast ? 'is given up' : 'will be tried again';
    onError(new Error(`a delivery failed (attempt ${claimed.attempts}) and ${outcome}: ${reason}`, { cause: error }));
    const retryInMs = isLast ? 'never' : backoffMs(claimed.attempts, firstRetryMs, maxRetryMs);
    await databases.withShardRetry(() => deliveries.giveBack(claimed, { reason, retryInMs }));
    return;
  }
  await databases.withShardRetry(() => deliveries.settle(claimed));
}

function deliveryOf({ id, userId, kind, subjectId }: ClaimedDelivery): Delivery {
  return {
    deliveryId: encodeId('notification', id),
    userId: encodeId('user', userId),
    kind,
    subjectId: encodeId(kind === 'REVIEW_RECEIVED' ? 'review' : 'order', subjectId),
    createdAt: timeOf(id),
  };
}
