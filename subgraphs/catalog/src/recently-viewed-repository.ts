import type { Databases } from '@tributary/prisma/clients/databases';
import type { SqlTransaction } from '@tributary/prisma/transactions/sql-transaction';

/** That a user looked at a product. */
export interface ViewedProduct {
  readonly userId: bigint;
  readonly productId: bigint;
}

export interface ProductView extends ViewedProduct {
  /** Milliseconds since 1970. */
  readonly viewedAtMs: number;
}

/** What users looked at last, on their shards. */
export class RecentlyViewedRepository {
  readonly #databases: Pick<Databases, 'shardNamed'>;

  constructor(databases: Pick<Databases, 'shardNamed'>) {
    this.#databases = databases;
  }

  /** What each user of a database looked at, the latest first. */
  findOfUsers(database: string, userIds: readonly bigint[], first: number): Promise<ViewedProduct[]> {
    return this.#databases.shardNamed(database).$queryRaw<ViewedProduct[]>`
      SELECT page.* FROM unnest(${userIds}::bigint[]) AS viewer (id)
      CROSS JOIN LATERAL (
        SELECT user_id AS "userId", product_id AS "productId" FROM recently_viewed
        WHERE user_id = viewer.id
        ORDER BY viewed_at DESC, product_id DESC LIMIT ${first}::integer
      ) AS page`;
  }

  /** Writes views, of which the latest of a product counts. Always in one order, so that two batches never wait for each other. */
  async write(tx: SqlTransaction, views: readonly ProductView[]): Promise<void> {
    await tx.$executeRaw`
      INSERT INTO recently_viewed AS known (user_id, product_id, viewed_at)
      SELECT user_id, product_id, to_timestamp(viewed_at_ms / 1000.0)
      FROM unnest(${views.map(({ userId }) => userId)}::bigint[], ${views.map(({ productId }) => productId)}::bigint[],
        ${views.map(({ viewedAtMs }) => viewedAtMs)}::bigint[]) AS view (user_id, product_id, viewed_at_ms)
      ORDER BY user_id, product_id
      ON CONFLICT (user_id, product_id) DO UPDATE SET viewed_at = excluded.viewed_at
      WHERE known.viewed_at < excluded.viewed_at`;
  }

  /** Deletes all but the last `kept` of each user. */
  async trim(tx: SqlTransaction, userIds: readonly bigint[], kept: number): Promise<void> {
    await tx.$executeRaw`
      DELETE FROM recently_viewed USING (
        SELECT surplus.* FROM unnest(${userIds}::bigint[]) AS viewer (id)
        CROSS JOIN LATERAL (
          SELECT user_id, product_id FROM recently_viewed
          WHERE user_id = viewer.id
          ORDER BY viewed_at DESC, product_id DESC OFFSET ${kept}::integer
        ) AS surplus
        ORDER BY surplus.user_id, surplus.product_id
      ) AS surplus
      WHERE recently_viewed.user_id = surplus.user_id AND recently_viewed.product_id = surplus.product_id`;
  }
}
