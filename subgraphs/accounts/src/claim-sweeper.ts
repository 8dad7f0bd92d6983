import { IdempotencyKeyBusyError } from '@tributary/prisma/idempotency/idempotency-errors';
import { startWakeLoop, type WakeLoop } from '@tributary/prisma/wake-loop/wake-loop';
import type { RegistrationOutcome } from './registration.ts';
import { type SettleClaimDependencies, settleClaim } from './settle-claim.ts';

export interface ClaimSweeperOptions extends SettleClaimDependencies {
  intervalMs?: number;
  /** Told of each round that settled something: how many claims became which. */
  onSettled: (settled: Record<RegistrationOutcome, number>) => void;
  /** Told of a round in which claims could not be settled; the others were, and these are tried again. */
  onError: (error: unknown) => void;
}

const DEFAULT_INTERVAL_MS = 15_000;
const MAX_BACKOFF_MS = 300_000;
const BATCH_SIZE = 100;

/** Completes or gives back the claims of addresses that a crash left behind: now, and at every interval. Any number of processes may run it. */
export function startClaimSweeper(options: ClaimSweeperOptions): Pick<WakeLoop, 'stop'> {
  const { directory, intervalMs = DEFAULT_INTERVAL_MS, onSettled, onError } = options;

  return startWakeLoop({
    run: async (signal) => {
      const settled = { registered: 0, released: 0 };
      const failures: unknown[] = [];
      let after: string | undefined = '';
      while (after !== undefined && !signal.aborted) {
        const claims = await directory.findOverdueClaims({ after, limit: BATCH_SIZE });
        for (const claim of claims) {
          try {
            settled[await settleClaim(options, claim)] += 1;
          } catch (error) {
            // Somebody is at it.
            if (!(error instanceof IdempotencyKeyBusyError)) failures.push(error);
          }
        }
        after = claims.length === BATCH_SIZE ? claims.at(-1)?.email : undefined;
      }
      if (settled.registered + settled.released > 0) onSettled(settled);
      if (failures.length > 0)
        throw new AggregateError(failures, `cannot settle ${failures.length} claims of addresses`);
    },
    intervalMs,
    maxBackoffMs: MAX_BACKOFF_MS,
    onError,
  });
}
