import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Money } from '@tributary/prisma/money/money';
import { boundedInteger, boundedText } from '@tributary/runtime/input/fields';
import { parseInput } from '@tributary/runtime/input/parse-input';
import { z } from 'zod';
import type { ProductDetails } from './product-repository.ts';

/** The GraphQL inputs that describe a product: all of it to publish it, parts of it to change it. */
export interface ProductDetailsInput {
  readonly categoryId: string;
  readonly title: string;
  readonly description: string;
  readonly price: Money;
  readonly weightGrams: number;
}

/** The same for a change: what is absent or null stays as it is. */
export type ProductChangesInput = { readonly [Field in keyof ProductDetailsInput]?: ProductDetailsInput[Field] | null };

// The total of the largest order (50 lines of 1,000 units) then still is a number that JavaScript can count with.
const maxPriceMinor = 100_000_000_000;

const fields = {
  categoryId: z.string().transform((id) => decodeId('category', id)),
  title: boundedText({ min: 1, max: 200 }),
  description: boundedText({ min: 1, max: 5_000 }),
  price: z
    // The scalar of currencies takes small letters too.
    .object({ minorUnits: boundedInteger({ min: 0, max: maxPriceMinor }), currency: z.string().toUpperCase() })
    .transform(({ minorUnits, currency }) => ({ priceMinor: BigInt(minorUnits), currency })),
  weightGrams: boundedInteger({ min: 1, max: 1_000_000 }),
};
const detailsSchema = z.object(fields);
const changesSchema = z.object({
  categoryId: fields.categoryId.exactOptional(),
  title: fields.title.exactOptional(),
  description: fields.description.exactOptional(),
  price: fields.price.exactOptional(),
  weightGrams: fields.weightGrams.exactOptional(),
});
const searchSchema = boundedText({ min: 0, max: 200 });

/**
 * A product as an input describes it, checked.
 *
 * @throws CodedError BAD_USER_INPUT that names the field; InvalidIdError
 */
export function parseDetails(input: ProductDetailsInput): ProductDetails {
  const { price, ...details } = parseInput(detailsSchema, input);
  return { ...details, ...price };
}

/**
 * The parts of a product that an input changes, checked.
 *
 * @throws CodedError BAD_USER_INPUT that names the field; InvalidIdError
 */
export function parseChanges(input: ProductChangesInput): Partial<ProductDetails> {
  const stated = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
  const { price, ...changes } = parseInput(changesSchema, stated);
  return { ...changes, ...price };
}

/**
 * The words of a search, without the spaces around them; an empty box is no mistake.
 *
 * @throws CodedError BAD_USER_INPUT
 */
export function searchWords(field: string, value: string): string {
  return parseInput(searchSchema, value, field);
}
