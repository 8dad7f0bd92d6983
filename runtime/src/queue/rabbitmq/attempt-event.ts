import type { EventEnvelope } from '../../events/event-envelope.ts';
import { backoffMs, rest } from './backoff.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { Slots } from './slots.ts';

export interface AttemptOptions {
  /** The queue's name, for messages. */
  readonly queue: string;
  readonly handle: (event: EventEnvelope) => Promise<void>;
  /** Shared by all events of a subscription; an event that rests between attempts holds none. */
  readonly slots: Slots;
  readonly policy: RetryPolicy;
  /** Whether a handler failed for no other reason than that a database or the like is away. */
  readonly isOutage: (error: unknown) => boolean;
  readonly onError: (error: Error) => void;
  /** Aborted when the event is not this process's any more: no further attempt begins. */
  readonly signal: AbortSignal;
  /** Called when another attempt is going to follow. */
  readonly onRetry: () => void;
}

export type AttemptOutcome =
  | { readonly kind: 'handled' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'given up'; readonly attempts: number; readonly reason: string };

/** Tries to handle an event, again and again as the policy says. Never rejects. */
export async function attemptEvent(event: EventEnvelope, options: AttemptOptions): Promise<AttemptOutcome> {
  const { queue, handle, slots, policy, isOutage, onError, signal, onRetry } = options;
  let attempts = 0;
  let outages = 0;
  while (!signal.aborted) {
    try {
      const isHandled = await slots.run(async () => {
        if (signal.aborted) return false;
        await handle(event);
        return true;
      });
      return { kind: isHandled ? 'handled' : 'interrupted' };
    } catch (error) {
      const report = (outcome: string) =>
        onError(new Error(`${queue} failed to handle ${event.name} ${event.id} ${outcome}`, { cause: error }));
      if (isOutage(error)) {
        onRetry();
        outages += 1;
        report('because what it needs is away; it will be tried again');
        await rest(backoffMs(outages, { firstMs: policy.firstRetryMs, maxMs: policy.maxAwayRetryMs }), signal);
        continue;
      }
      attempts += 1;
      const isLast = attempts >= policy.maxAttempts;
      report(`(attempt ${attempts}); it ${isLast ? 'is given up' : 'will be tried again'}`);
      if (isLast) return { kind: 'given up', attempts, reason: error instanceof Error ? error.message : String(error) };
      onRetry();
      await rest(backoffMs(attempts, { firstMs: policy.firstRetryMs, maxMs: policy.maxRetryMs }), signal);
    }
  }
  return { kind: 'interrupted' };
}
