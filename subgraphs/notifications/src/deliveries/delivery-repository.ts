import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import type { NotificationRow } from '../notification-repository.ts';

/** A delivery that is leased to this process, with the notification it is of. */
export interface ClaimedDelivery extends Omit<NotificationRow, 'readAt'> {
  /** Counts this attempt. It is also the lease: whoever claims the delivery meanwhile has another number. */
  readonly attempts: number;
}

type Lease = Pick<ClaimedDelivery, 'id' | 'attempts'>;

/** A delivery that was given up. */
export interface DeadDelivery {
  readonly id: bigint;
  readonly attempts: number;
  readonly lastError: string | null;
}

const MAX_ERROR_LENGTH = 1_000;

/** Reads and writes `notification_deliveries`. */
export class DeliveryRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  async insert(tx: ShardTransaction, notificationId: bigint): Promise<void> {
    await tx.notificationDelivery.createMany({ data: { notificationId } });
  }

  /**
   * Leases up to `limit` deliveries of one database to the caller, those first that wait longest; without those that a move of
   * their logical shard holds.
   */
  claim(database: string, { limit, leaseMs }: { limit: number; leaseMs: number }): Promise<ClaimedDelivery[]> {
    return this.#databases.shardNamed(database).$primary().$queryRaw<ClaimedDelivery[]>`
      WITH claimed AS (
        UPDATE notification_deliveries
        SET available_at = clock_timestamp() + ${leaseMs}::integer * interval '1 millisecond', attempts = attempts + 1
        WHERE notification_id = ANY(ARRAY(
          SELECT notification_id FROM notification_deliveries
          WHERE dead_at IS NULL AND available_at <= clock_timestamp()
            AND EXISTS (SELECT FROM shard_ownership WHERE logical_shard = logical_shard_of(notification_id))
            AND pg_try_advisory_xact_lock_shared(7700, logical_shard_of(notification_id))
          ORDER BY available_at LIMIT ${limit}::integer
          FOR UPDATE SKIP LOCKED))
        RETURNING notification_id, attempts
      )
      SELECT notification.*, claimed.attempts
      FROM claimed CROSS JOIN LATERAL (
        SELECT id, user_id AS "userId", kind, subject_id AS "subjectId" FROM notifications
        WHERE notifications.id = claimed.notification_id OFFSET 0
      ) AS notification`;
  }

  /** Forgets a delivery that has arrived, unless its lease had run out and somebody else has it now. */
  async settle({ id, attempts }: Lease): Promise<void> {
    await this.#databases.shardOf(id).$executeRaw`
      DELETE FROM notification_deliveries WHERE notification_id = ${id} AND attempts = ${attempts}::integer`;
  }

  /** Gives a delivery back with the reason, to be tried again after a delay in milliseconds; `'never'` gives it up. */
  async giveBack({ id, attempts }: Lease, { reason, retryInMs }: { reason: string; retryInMs: number | 'never' }) {
    const isDead = retryInMs === 'never';
    await this.#databases.shardOf(id).$executeRaw`
      UPDATE notification_deliveries
      SET last_error = ${reason.slice(0, MAX_ERROR_LENGTH)}, dead_at = CASE WHEN ${isDead} THEN clock_timestamp() END,
        available_at = clock_timestamp() + ${isDead ? 0 : Math.round(retryInMs)}::integer * interval '1 millisecond'
      WHERE notification_id = ${id} AND attempts = ${attempts}::integer`;
  }

  /** The deliveries of one database that were given up, the oldest first. */
  findDead(database: string, { limit }: { limit: number }): Promise<DeadDelivery[]> {
    return this.#databases.shardNamed(database).$primary().$queryRaw<DeadDelivery[]>`
      SELECT notification_id AS id, attempts, last_error AS "lastError" FROM notification_deliveries
      WHERE dead_at IS NOT NULL ORDER BY dead_at LIMIT ${limit}::integer`;
  }

  /** Lets the deliveries of one database that were given up be tried again, with all their attempts. Returns how many. */
  async revive(database: string): Promise<number> {
    return this.#databases.shardNamed(database).$executeRaw`
      UPDATE notification_deliveries SET dead_at = NULL, attempts = 0, available_at = clock_timestamp()
      WHERE dead_at IS NOT NULL
        AND EXISTS (SELECT FROM shard_ownership WHERE logical_shard = logical_shard_of(notification_id))
        AND pg_try_advisory_xact_lock_shared(7700, logical_shard_of(notification_id))`;
  }
}
