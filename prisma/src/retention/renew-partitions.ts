import type { ExpiringDatabase } from './delete-expired-rows.ts';

/** Past events are kept for as many whole days. Less than an inbox remembers them would let a replay act twice. */
export const PAST_EVENT_DAYS = 7;

const DAYS_AHEAD = 3;
const MONTHS_AHEAD = 3;
/** Advisory lock in a database: one process at a time makes and drops partitions. */
const PARTITION_LOCK = 7708;
/** How long to wait for statements that use a table before giving way: others queue behind whoever waits for it. */
const LOCK_TIMEOUT = '2s';
const TIMEOUT_MS = 60_000;

/**
 * Makes the partitions of the days and months to come, and drops past events that are older than 7 days. Another process that
 * is at it is left to it.
 */
export async function renewPartitions({ role, client }: Omit<ExpiringDatabase, 'name'>): Promise<void> {
  await client.$transaction(
    async (tx) => {
      const [lock] = await tx.$queryRaw<{ isHeld: boolean }[]>`
        SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true), pg_try_advisory_xact_lock(${PARTITION_LOCK}) AS "isHeld"`;
      if (lock?.isHeld !== true) return;
      await tx.$executeRaw`
        SELECT ensure_id_partitions('past_events', (now() AT TIME ZONE 'UTC')::date, interval '1 day', ${DAYS_AHEAD + 1}::integer),
          array(SELECT drop_id_partitions('past_events', (now() AT TIME ZONE 'UTC')::date - ${PAST_EVENT_DAYS}::integer))`;
      await tx.$executeRaw`
        DELETE FROM past_events_default WHERE id < first_id_at(now() - ${PAST_EVENT_DAYS}::integer * interval '1 day')`;
      if (role === 'shard') return;
      await tx.$executeRaw`
        SELECT ensure_audit_partitions(date_trunc('month', now() AT TIME ZONE 'UTC')::date, ${MONTHS_AHEAD + 1}::integer)`;
    },
    { timeout: TIMEOUT_MS },
  );
}
