import type { Databases } from '@tributary/prisma/clients/databases';
import type { ShardTransaction } from '@tributary/prisma/clients/shard-client';

/** A review, as it lies on its author's shard. */
export interface ReviewRow {
  id: bigint;
  authorId: bigint;
  productId: bigint;
  /** 1 to 5. */
  rating: number;
  title: string;
  body: string;
}

/** Which reviews of each author to read: at most `limit`, newest first, older than `before`. */
export interface ReviewsOfAuthorsQuery {
  authorIds: readonly bigint[];
  before: bigint | null;
  limit: number;
}

const reviewColumns = { id: true, authorId: true, productId: true, rating: true, title: true, body: true } as const;

/** Reads and writes `reviews` on the shards. */
export class ReviewRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** The reviews of one database with these ids, in no order. */
  findByIds(database: string, ids: readonly bigint[]): Promise<ReviewRow[]> {
    return this.#databases
      .shardNamed(database)
      .review.findMany({ where: { id: { in: [...ids] } }, select: reviewColumns });
  }

  /** A page of the reviews of each author, all of one database. */
  findOfAuthors(database: string, { authorIds, before, limit }: ReviewsOfAuthorsQuery): Promise<ReviewRow[]> {
    return this.#databases.shardNamed(database).$queryRaw<ReviewRow[]>`
      SELECT page.*
      FROM unnest(${authorIds}::bigint[]) AS author (id)
      CROSS JOIN LATERAL (
        SELECT id, author_id AS "authorId", product_id AS "productId", rating, title, body
        FROM reviews
        WHERE reviews.author_id = author.id AND (${before}::bigint IS NULL OR reviews.id < ${before}::bigint)
        ORDER BY reviews.id DESC LIMIT ${limit}::integer
      ) AS page
      ORDER BY page.id DESC`;
  }

  /** Writes a review unless its author has one of the product; says whether it did. A concurrent one is waited for. */
  async insertUnlessReviewed(tx: ShardTransaction, review: ReviewRow): Promise<boolean> {
    const { count } = await tx.review.createMany({ data: review, skipDuplicates: true });
    return count === 1;
  }

  /** The author's review of the product, as a transaction sees it; null when there is none. */
  findOfAuthorAndProduct(tx: ShardTransaction, authorId: bigint, productId: bigint): Promise<ReviewRow | null> {
    return tx.review.findUnique({ where: { authorId_productId: { authorId, productId } }, select: reviewColumns });
  }
}
