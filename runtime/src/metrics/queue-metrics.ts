import type { Metrics } from './metrics.ts';
import { rememberFor } from './remember-for.ts';

/** What is in a queue. */
export interface MeasuredQueue {
  readonly queue: string;
  readonly waiting: number;
  /** Messages that were given up. */
  readonly dead: number;
  /** When the event happened that has waited longest; `null` when none waits, absent where nobody knows. */
  readonly oldestWaiting?: Date | null;
}

/** What is in the outbox of a database. */
export interface MeasuredOutbox {
  readonly database: string;
  readonly waiting: number;
  /** `null` when none waits. */
  readonly oldestWaiting: Date | null;
}

/** To ask costs a statement a database. */
const INTERVAL_MS = 10_000;
/** Less than a whole reader may take, so that a database that hangs does not hide the others. */
const OUTBOX_LIMIT_MS = 1_500;

export interface QueueSources {
  readonly queues: () => Promise<readonly MeasuredQueue[]>;
  /** An answer for each database; one that fails or hangs is left out, and the others are shown. */
  readonly outboxes: () => readonly Promise<MeasuredOutbox>[];
}

/** Has queues and outboxes read, however often somebody looks at most every ten seconds. */
export function readQueues(metrics: Metrics, ask: QueueSources, outboxLimitMs = OUTBOX_LIMIT_MS): void {
  const queues = rememberFor(INTERVAL_MS, ask.queues);
  const outboxes = rememberFor(INTERVAL_MS, () =>
    metrics.readable('tributary_outbox_events', ask.outboxes(), outboxLimitMs),
  );
  metrics.read('tributary_queue_messages', async () =>
    (await queues()).flatMap(({ queue, waiting, dead }) => [
      { labels: { queue, state: 'waiting' }, value: waiting },
      { labels: { queue, state: 'dead' }, value: dead },
    ]),
  );
  metrics.read('tributary_queue_oldest_seconds', async () =>
    (await queues()).flatMap(({ queue, oldestWaiting }) =>
      oldestWaiting === undefined ? [] : [{ labels: { queue }, value: ageSeconds(oldestWaiting) }],
    ),
  );
  metrics.read('tributary_outbox_events', async () =>
    (await outboxes()).map(({ database, waiting }) => ({ labels: { database }, value: waiting })),
  );
  metrics.read('tributary_outbox_oldest_seconds', async () =>
    (await outboxes()).map(({ database, oldestWaiting }) => ({
      labels: { database },
      value: ageSeconds(oldestWaiting),
    })),
  );
}

function ageSeconds(time: Date | null): number {
  return time === null ? 0 : Math.max(0, (Date.now() - time.getTime()) / 1_000);
}
