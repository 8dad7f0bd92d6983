import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';
import { empty, sql } from '@tributary/prisma/sql/sql-fragment';

export type NotificationKind = 'ORDER_CONFIRMED' | 'ORDER_REJECTED' | 'ORDER_CANCELLED' | 'REVIEW_RECEIVED';

/** Word of something to one user, on that user's shard. */
export interface NotificationRow {
  id: bigint;
  userId: bigint;
  kind: NotificationKind;
  /** An order or a review, as the kind tells. A review is on another user's shard. */
  subjectId: bigint;
  readAt: Date | null;
}

export type NewNotification = Omit<NotificationRow, 'readAt'>;

/** Which notifications of each user to read: at most `limit`, newest first, older than `before`. */
export interface NotificationsOfUsersQuery {
  userIds: readonly bigint[];
  isUnreadOnly: boolean;
  before: bigint | null;
  limit: number;
}

const notificationColumns = { id: true, userId: true, kind: true, subjectId: true, readAt: true } as const;

/** The condition of the index `notifications_unread_idx`, which serves no other. */
const isUnread = sql`AND notifications.read_at IS NULL`;

/** Reads and writes `notifications`. */
export class NotificationRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** The notifications of one database with these ids, in no order. */
  findByIds(database: string, ids: readonly bigint[]): Promise<NotificationRow[]> {
    return this.#databases
      .shardNamed(database)
      .notification.findMany({ where: { id: { in: [...ids] } }, select: notificationColumns });
  }

  /** A page of the notifications of each user, all of one database, newest first. */
  findOfUsers(
    database: string,
    { userIds, isUnreadOnly, before, limit }: NotificationsOfUsersQuery,
  ): Promise<NotificationRow[]> {
    return this.#databases.shardNamed(database).$queryRaw<NotificationRow[]>`
      SELECT page.*
      FROM unnest(${userIds}::bigint[]) AS reader (id)
      CROSS JOIN LATERAL (
        SELECT id, user_id AS "userId", kind, subject_id AS "subjectId", read_at AS "readAt"
        FROM notifications
        WHERE notifications.user_id = reader.id
          AND (${before}::bigint IS NULL OR notifications.id < ${before}::bigint)
          ${isUnreadOnly ? isUnread : empty}
        ORDER BY notifications.id DESC LIMIT ${limit}::integer
      ) AS page
      ORDER BY page.id DESC`;
  }

  /** How many notifications each user, all of one database, has not read, counted up to `max`. */
  countUnread(
    database: string,
    { userIds, max }: { userIds: readonly bigint[]; max: number },
  ): Promise<{ userId: bigint; count: number }[]> {
    return this.#databases.shardNamed(database).$queryRaw<{ userId: bigint; count: number }[]>`
      SELECT reader.id AS "userId", unread.count
      FROM unnest(${userIds}::bigint[]) AS reader (id)
      CROSS JOIN LATERAL (
        SELECT count(*)::integer AS count FROM (
          SELECT FROM notifications
          WHERE notifications.user_id = reader.id ${isUnread}
          LIMIT ${max}::integer
        ) AS found
      ) AS unread`;
  }

  /** A user's own notification, from the primary. */
  findOwn({ id, userId }: { id: bigint; userId: bigint }): Promise<NotificationRow | null> {
    return this.#databases
      .shardOf(userId)
      .$primary()
      .notification.findFirst({ where: { id, userId }, select: notificationColumns });
  }

  /** Marks a user's own notification as read; `undefined` when there is none with this id that was not read. */
  async markRead({ id, userId }: { id: bigint; userId: bigint }): Promise<NotificationRow | undefined> {
    const [marked] = await this.#databases.shardOf(userId).notification.updateManyAndReturn({
      where: { id, userId, readAt: null },
      data: { readAt: new Date() },
      select: notificationColumns,
    });
    return marked;
  }

  async insert(tx: ShardTransaction, notification: NewNotification): Promise<void> {
    await tx.notification.createMany({ data: notification });
  }
}
