import { timeOf } from '@tributary/prisma/ids/id';
import { decodeId, encodeId } from '@tributary/prisma/ids/typed-id';
import type { SubgraphResolvers } from '@tributary/runtime/graphql/subgraph-resolvers';
import { findIdempotencyKey } from '@tributary/runtime/input/idempotency-key';
import { pageArguments, toConnection } from '@tributary/runtime/pagination/connection';
import { requireViewer } from '@tributary/runtime/viewer/guards';
import { DateTimeResolver, UUIDResolver } from 'graphql-scalars';
import type { ReviewsContext } from './context.ts';
import { loadReviewsOfProduct } from './product-reviews.ts';
import { readReviewDraft, type WriteReviewInput } from './review-input.ts';
import type { ReviewRow } from './review-repository.ts';
import { type WriteReviewDependencies, writeReview } from './write-review.ts';

/** A user or a product as this subgraph knows it. */
interface Stub {
  id: bigint;
}

interface ReviewsArguments {
  first?: number | null;
  after?: string | null;
}

/** The resolvers of the schema: they check the viewer, call, and shape. */
export function createResolvers(dependencies: WriteReviewDependencies): SubgraphResolvers<ReviewsContext> {
  const findReview = ({ id }: { id: string }, { loaders }: ReviewsContext) =>
    loaders.review.load(decodeId('review', id));

  return {
    Query: {
      review: (_: unknown, args: { id: string }, context: ReviewsContext) => findReview(args, context),
    },

    Mutation: {
      async writeReview(_: unknown, { input }: { input: WriteReviewInput }, context: ReviewsContext) {
        const authorId = decodeId('user', requireViewer(context.viewer).userId);
        const idempotencyKey = findIdempotencyKey({ field: input.idempotencyKey, header: context.idempotencyKey });
        const draft = readReviewDraft(input);
        const { isNew, review } = await writeReview(dependencies, { authorId, draft, idempotencyKey });
        if (isNew) return { __typename: 'WriteReviewSuccess', review };
        return {
          __typename: 'AlreadyReviewed',
          code: 'ALREADY_REVIEWED',
          message: 'You have reviewed this product before',
          review,
        };
      },
    },

    Review: {
      __resolveReference: findReview,
      id: ({ id }: ReviewRow) => encodeId('review', id),
      writtenAt: ({ id }: ReviewRow) => timeOf(id),
      author: ({ authorId }: ReviewRow): Stub => ({ id: authorId }),
      product: ({ productId }: ReviewRow): Stub => ({ id: productId }),
    },

    Product: {
      __resolveReference: ({ id }: { id: string }): Stub => ({ id: decodeId('product', id) }),
      id: ({ id }: Stub) => encodeId('product', id),
      reviews: ({ id }: Stub, args: ReviewsArguments, { loaders }: ReviewsContext) =>
        loadReviewsOfProduct(loaders, id, pageArguments(args)),
      async rating({ id }: Stub, _: unknown, { loaders }: ReviewsContext) {
        const { count, sum } = (await loaders.ratingOfProduct.load(id)) ?? { count: 0, sum: 0 };
        return { count, average: count === 0 ? null : sum / count };
      },
    },

    User: {
      __resolveReference: ({ id }: { id: string }): Stub => ({ id: decodeId('user', id) }),
      id: ({ id }: Stub) => encodeId('user', id),
      joinedAt: ({ id }: Stub) => timeOf(id),
      async reviews({ id }: Stub, args: ReviewsArguments, { loaders }: ReviewsContext) {
        const page = pageArguments(args);
        const rows = await loaders.reviewsOfAuthor.load({ parentId: id, page });
        return toConnection(rows, page.first, (review) => review.id, page.after);
      },
    },

    DateTime: DateTimeResolver,
    UUID: UUIDResolver,
  };
}
