import type { EventEnvelope } from '../queue/event-envelope.ts';
import { PAST_EVENT_DAYS } from '../retention/renew-partitions.ts';
import type { SqlTransaction } from '../transactions/sql-transaction.ts';

/** The part of `Databases` that past events are read from. */
export interface PastEventDatabases {
  catalog(): PastEventClient;
  allShards(): { client: PastEventClient }[];
}

interface PastEventClient {
  $primary(): SqlTransaction;
}

/** An inbox remembers an event for 7 days from when it was handled; one day is for the replayed event to wait in its queue. */
export const REPLAY_DAYS = PAST_EVENT_DAYS - 1;

/** Events of that age may act a second time, or are not kept any more. */
export class ReplayTooOldError extends Error {
  override readonly name = 'ReplayTooOldError';
  readonly code = 'REPLAY_TOO_OLD';
}

const BATCH_SIZE = 500;
const DAY_MS = 86_400_000;

/**
 * All events that were published since a moment, from all databases, in the order of their ids: so in that of each aggregate.
 *
 * @throws ReplayTooOldError for a moment more than 6 days ago
 */
export async function* readPastEvents(databases: PastEventDatabases, since: Date): AsyncGenerator<EventEnvelope> {
  if (Date.now() - since.getTime() > REPLAY_DAYS * DAY_MS) {
    throw new ReplayTooOldError(
      `events can be replayed for ${REPLAY_DAYS} days: inboxes forget older ones, which would act a second time`,
    );
  }
  const clients = [databases.catalog(), ...databases.allShards().map(({ client }) => client)];
  const sources = clients.map((client) => readFrom(client.$primary(), since));
  let heads = await Promise.all(sources.map(async (source) => ({ source, event: (await source.next()).value })));
  for (;;) {
    heads = heads.filter(({ event }) => event !== undefined);
    const first = heads.reduce<(typeof heads)[number] | undefined>(
      (oldest, head) => (isBefore(oldest?.event, head.event) ? oldest : head),
      undefined,
    );
    if (first?.event === undefined) return;
    yield first.event;
    first.event = (await first.source.next()).value;
  }
}

function isBefore(one: EventEnvelope | undefined, other: EventEnvelope | undefined): boolean {
  return one !== undefined && (other === undefined || one.id < other.id);
}

async function* readFrom(client: SqlTransaction, since: Date): AsyncGenerator<EventEnvelope, undefined> {
  let after: bigint | null = null;
  for (;;) {
    const batch: EventEnvelope[] = await client.$queryRaw<EventEnvelope[]>`
      SELECT id, aggregate_id AS "aggregateId", name, version, payload, occurred_at AS "occurredAt"
      FROM past_events
      WHERE id >= first_id_at(${since}::timestamptz) AND id > coalesce(${after}::bigint, 0)
      ORDER BY id LIMIT ${BATCH_SIZE}::integer`;
    yield* batch;
    if (batch.length < BATCH_SIZE) return;
    after = batch.at(-1)?.id ?? null;
  }
}
