import { startWakeLoop } from '../wake-loop/wake-loop.ts';
import type { ClaimedMessage, QueueClient } from './message-store.ts';

export interface LeaseRenewalOptions {
  readonly client: () => QueueClient;
  /** How soon the messages of a process that died, or hangs, are given to another one. */
  readonly leaseMs: number;
  /** How long a lease is renewed at most: a handler that never ends must not keep its message for ever. */
  readonly handlingLimitMs: number;
}

export interface LeaseRenewal {
  /** Keeps the lease of a message alive while it is handled. */
  hold<Result>(message: ClaimedMessage, handling: () => Promise<Result>): Promise<Result>;
  stop(): Promise<void>;
}

/** Renews the leases of the messages that a process is handling, so that it keeps them as long as it lives, and not for much longer. */
export function startLeaseRenewal({ client, leaseMs, handlingLimitMs }: LeaseRenewalOptions): LeaseRenewal {
  const heldSinceMs = new Map<ClaimedMessage, number>();
  const renewal = startWakeLoop({
    run: async () => {
      const oldestMs = performance.now() - handlingLimitMs;
      const held = [...heldSinceMs].flatMap(([message, sinceMs]) => (sinceMs > oldestMs ? [message] : []));
      if (held.length > 0) await renewLeases(client(), held, { leaseMs });
    },
    intervalMs: leaseMs / 3,
    // Who claims messages reports that the database is away; a lease that was lost costs a second attempt, which the inbox bears.
    onError: () => undefined,
  });
  return {
    async hold(message, handling) {
      heldSinceMs.set(message, performance.now());
      try {
        return await handling();
      } finally {
        heldSinceMs.delete(message);
      }
    },
    stop: () => renewal.stop(),
  };
}

/** Begins the leases of messages anew, unless one had run out and somebody else has the message now. */
async function renewLeases(
  client: QueueClient,
  messages: readonly ClaimedMessage[],
  { leaseMs }: { leaseMs: number },
): Promise<void> {
  await client.$executeRaw`
    UPDATE queue_messages SET available_at = clock_timestamp() + ${leaseMs}::integer * interval '1 millisecond'
    FROM unnest(${messages.map(({ id }) => id)}::bigint[], ${messages.map(({ attempts }) => attempts)}::integer[])
      AS held (message_id, held_attempts)
    WHERE id = message_id AND attempts = held_attempts AND dead_at IS NULL`;
}
