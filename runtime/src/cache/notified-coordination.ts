import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';
import { z } from 'zod';
import type { Clock } from './clock.ts';
import { type Coordination, type Invalidation, REPLICA_LAG_LIMIT_MS } from './coordination.ts';
import type { MemoryCoordination } from './memory-coordination.ts';
import { listenToPostgres } from './postgres-listener.ts';

export interface NotifiedCoordinationOptions {
  /** What this process knows by itself. Closing what is opened here closes it. */
  readonly local: MemoryCoordination;
  readonly clock: Clock;
  /** Of the primary that the processes notify each other through. */
  readonly url: string;
  /** Common to the processes that are to hear of each other. */
  readonly channel: string;
  /** Default {@link REPLICA_LAG_LIMIT_MS}. */
  readonly replicaLagLimitMs?: number;
  readonly onError: (error: Error) => void;
}

const CALL_TIMEOUT_MS = 1_000;
/** Postgres takes less than 8,000 bytes; the envelope takes some. */
const PAYLOAD_LIMIT_BYTES = 7_900;

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
  const pool = new Pool({
    connectionString: url,
    application_name: `notify ${channel}`,
    max: 1,
    connectionTimeoutMillis: CALL_TIMEOUT_MS,
    query_timeout: CALL_TIMEOUT_MS,
  });
  pool.on('error', onError);

  async function tellOthers({ tags, positions }: Invalidation): Promise<void> {
    const payloads = payloadsOf(tags, (some) => JSON.stringify({ from: self, tags: some, positions }));
    await pool.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [channel, payloads]);
  }

  function hear(message: string): void {
    const { from, ...invalidation } = notification.parse(JSON.parse(message));
    if (from !== self) void local.invalidate(invalidation);
  }

  local.forget(undefined);
  const listening = await listenToPostgres({
    url,
    channel,
    onMessage: hear,
    onConnected: () => local.forget(clock.now() + replicaLagLimitMs),
    onLost: (error) => {
      local.forget(undefined);
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
    close: async () => {
      await listening.close();
      await pool.end();
      await local.close();
    },
  };
}

/** As few messages about all tags as fit in a notification each. */
function payloadsOf(tags: readonly string[], payloadOf: (tags: readonly string[]) => string): string[] {
  const payload = payloadOf(tags);
  if (tags.length <= 1 || Buffer.byteLength(payload) <= PAYLOAD_LIMIT_BYTES) return [payload];
  const middle = Math.ceil(tags.length / 2);
  return [tags.slice(0, middle), tags.slice(middle)].flatMap((half) => payloadsOf(half, payloadOf));
}
