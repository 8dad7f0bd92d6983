import { decodeId } from '@tributary/prisma/ids/typed-id';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { z } from 'zod';

/** `WriteReviewInput` of the schema. */
export interface WriteReviewInput {
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

// Postgres keeps no NUL in a text.
const text = z
  .string()
  .trim()
  .refine((value) => !value.includes('\0'), 'has a character that no text has');
const draft = z.object({
  rating: z.int().min(1, 'is from 1 to 5').max(5, 'is from 1 to 5'),
  title: text.min(1, 'has 1 to 120 characters').max(120, 'has 1 to 120 characters'),
  body: text.min(1, 'has 1 to 5,000 characters').max(5_000, 'has 1 to 5,000 characters'),
});

/**
 * Checks what a client wants to say; white space around the texts is dropped.
 * @throws CodedError BAD_USER_INPUT with the field in `extensions.field`
 * @throws InvalidIdError for an id that is not a product's
 */
export function readReviewDraft({ productId, ...rest }: WriteReviewInput): ReviewDraft {
  const parsed = draft.safeParse(rest);
  if (parsed.success) return { productId: decodeId('product', productId), ...parsed.data };
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? 'input';
  throw new CodedError('BAD_USER_INPUT', `${field} ${issue?.message ?? 'is not valid'}`, { extensions: { field } });
}
