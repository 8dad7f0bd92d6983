import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import {
  type Coordination,
  type Invalidation,
  type InvalidationListener,
  REPLICA_LAG_LIMIT_MS,
} from './coordination.ts';
import { readMessages } from './invalidation-messages.ts';
import type { MemoryCoordination } from './memory-coordination.ts';
import { payloadsOf } from './notification-payloads.ts';
import { listenToPostgres } from './postgres-listener.ts';
import { openPrimaryPool, type PrimaryUrl } from './primary-pool.ts';

export interface NotifiedCoordinationOptions {
  /** What this process knows by itself. Closing what is opened here closes it. */
  readonly local: MemoryCoordination;
  readonly clock: Clock;
  /** Of the primary that the processes notify each other through. */
  readonly url: PrimaryUrl;
  /** Common to the processes that are to hear of each other. */
  readonly channel: string;
  /** Default {@link REPLICA_LAG_LIMIT_MS}. */
  readonly replicaLagLimitMs?: number;
  readonly onError: (error: Error) => void;
}

const CALL_TIMEOUT_MS = 1_000;

const notification = z.object({
  from: z.string(),
  tags: z.array(z.string()),
  positions: z.record(z.string(), z.number()),
});

/**
 * {@link Coordination} for processes whose values are their own: each keeps its own versions and leases, and tells the others
 * of its invalidations through NOTIFY. While a process can't hear the others it trusts nothing: what it has counts as untrue, and
 * what its fills bring stays in its local tier. When it hears again it can't know how far replicas had to be meanwhile, and keeps
 * nothing beyond {@link REPLICA_LAG_LIMIT_MS} from then. Resolves whether or not the server can be reached.
 */
export async function openNotifiedCoordination(options: NotifiedCoordinationOptions): Promise<Coordination> {
  const { local, clock, url, channel, replicaLagLimitMs = REPLICA_LAG_LIMIT_MS, onError } = options;
  const self = randomUUID();
  const listeners = new Set<InvalidationListener>();
  const pool = openPrimaryPool({
    url,
    onError,
    application_name: `notify ${channel}`,
    max: 1,
    connectionTimeoutMillis: CALL_TIMEOUT_MS,
    query_timeout: CALL_TIMEOUT_MS,
  });

  async function tellOthers({ tags, positions }: Invalidation): Promise<void> {
    const payloads = payloadsOf(tags, (some) => JSON.stringify({ from: self, tags: some, positions }));
    await pool.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [channel, payloads]);
  }

  function hear({ from, ...invalidation }: z.output<typeof notification>): void {
    if (from !== self) void local.invalidate(invalidation);
    // Its own, too, and only now: who hears it has heard all that was said before it.
    for (const listener of listeners) listener.onInvalidated(invalidation.tags);
  }

  function forget(settledAtMs: number | undefined): void {
    local.forget(settledAtMs);
    for (const listener of listeners) listener.onGap();
  }

  const missed = (): void => forget(clock.now() + replicaLagLimitMs);

  local.forget(undefined);
  const listening = await listenToPostgres({
    url,
    channel,
    onMessage: readMessages(notification, {
      onMessage: hear,
      onUnreadable: (error) => {
        onError(error);
        missed();
      },
    }),
    onConnected: missed,
    onLost: (error) => {
      forget(undefined);
      onError(error);
    },
  });

  return {
    ...local,
    invalidate: async (invalidation) => {
      await local.invalidate(invalidation);
      await tellOthers(invalidation);
    },
    finishWrite: async (write) => {
      const verdicts = await local.finishWrite(write);
      await tellOthers(write.invalidation);
      return verdicts;
    },
    subscribe: async (listener) => {
      listeners.add(listener);
      return {
        close: async () => {
          listeners.delete(listener);
        },
      };
    },
    close: async () => {
      await listening.close();
      await pool.end();
      await local.close();
    },
  };
}
