import type { CatalogTransaction } from '@tributary/prisma/clients/catalog-client';
import type { Databases } from '@tributary/prisma/clients/databases';

/** Where a review is: its id names the shard. */
export interface ReviewIndexRow {
  productId: bigint;
  reviewId: bigint;
}

export type NewReviewIndexRow = ReviewIndexRow & { authorId: bigint; rating: number };

/** All ratings of a product. */
export interface ProductRatingRow {
  productId: bigint;
  count: number;
  sum: number;
}

/** Which reviews of each product to list: at most `limit`, newest first, older than `before`. */
export interface ReviewsOfProductsQuery {
  productIds: readonly bigint[];
  before: bigint | null;
  limit: number;
}

/** Reads and writes what the catalog database knows of reviews: `review_index` and `product_ratings`. */
export class ReviewIndexRepository {
  readonly #databases: Databases;

  constructor(databases: Databases) {
    this.#databases = databases;
  }

  /** A page of the reviews of each product. */
  findOfProducts({ productIds, before, limit }: ReviewsOfProductsQuery): Promise<ReviewIndexRow[]> {
    return this.#databases.catalog().$queryRaw<ReviewIndexRow[]>`
      SELECT page.*
      FROM unnest(${productIds}::bigint[]) AS product (id)
      CROSS JOIN LATERAL (
        SELECT product_id AS "productId", review_id AS "reviewId"
        FROM review_index
        WHERE review_index.product_id = product.id
          AND (${before}::bigint IS NULL OR review_index.review_id < ${before}::bigint)
        ORDER BY review_index.review_id DESC LIMIT ${limit}::integer
      ) AS page
      ORDER BY page."reviewId" DESC`;
  }

  /** The ratings of those of the products that were published. */
  findRatings(productIds: readonly bigint[]): Promise<ProductRatingRow[]> {
    return this.#databases.catalog().productRating.findMany({
      where: { productId: { in: [...productIds] } },
      select: { productId: true, count: true, sum: true },
    });
  }

  /** Whether there is such a product to review, by the primary. */
  async isProductKnown(productId: bigint): Promise<boolean> {
    const known = await this.#databases
      .catalog()
      .$primary()
      .productRating.findUnique({ where: { productId }, select: { productId: true } });
    return known !== null;
  }

  /** Gives a product that was published its empty rating. */
  async insertRating(tx: CatalogTransaction, product: { productId: bigint; merchantId: bigint }): Promise<void> {
    await tx.productRating.createMany({ data: product, skipDuplicates: true });
  }

  async insertIndexRow(tx: CatalogTransaction, row: NewReviewIndexRow): Promise<void> {
    await tx.reviewIndexEntry.createMany({ data: row });
  }

  /** Adds a rating to a product's sum and returns who sells it; `undefined` for an unknown product. */
  async addToRating(tx: CatalogTransaction, productId: bigint, rating: number): Promise<bigint | undefined> {
    const [product] = await tx.productRating.updateManyAndReturn({
      where: { productId },
      data: { count: { increment: 1 }, sum: { increment: rating } },
      select: { merchantId: true },
    });
    return product?.merchantId;
  }
}
