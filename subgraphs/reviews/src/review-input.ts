import { decodeId } from '@tributary/prisma/ids/typed-id';
import { boundedInteger, boundedText } from '@tributary/runtime/input/fields';
import { parseInput } from '@tributary/runtime/input/parse-input';
import { z } from 'zod';

/** `WriteReviewInput` of the schema. */
export interface WriteReviewInput {
  idempotencyKey?: string | null;
  productId: string;
  rating: number;
  title: string;
  body: string;
}

/** What somebody has to say about a product. */
export interface ReviewDraft {
  productId: bigint;
  rating: number;
  title: string;
  body: string;
}

const draft = z.object({
  rating: boundedInteger({ min: 1, max: 5 }),
  title: boundedText({ min: 1, max: 120 }),
  body: boundedText({ min: 1, max: 5_000 }),
});

/**
 * Checks what a client wants to say; white space around the texts is dropped.
 * @throws CodedError BAD_USER_INPUT with the field in `extensions.field`
 * @throws InvalidIdError for an id that is not a product's
 */
export function readReviewDraft({ productId, idempotencyKey: _, ...rest }: WriteReviewInput): ReviewDraft {
  return { ...parseInput(draft, rest), productId: decodeId('product', productId) };
}
