import { decodeId } from '@tributary/prisma/ids/typed-id';
import type { Money } from '@tributary/prisma/money/money';
import { CodedError } from '@tributary/runtime/errors/coded-error';
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

const maxTitleLength = 200;
const maxDescriptionLength = 5_000;
const maxSearchLength = 200;
// The total of the largest order (50 lines of 1,000 units) then still is a number that JavaScript can count with.
const maxPriceMinor = 100_000_000_000;
const maxWeightGrams = 1_000_000;

/**
 * The parts of a product that an input states, checked.
 *
 * @throws CodedError BAD_USER_INPUT that names the field; InvalidIdError
 */
export function parseDetails(input: ProductDetailsInput): ProductDetails;
export function parseDetails(input: ProductChangesInput): Partial<ProductDetails>;
export function parseDetails(input: ProductChangesInput): Partial<ProductDetails> {
  const { categoryId, title, description, price, weightGrams } = input;
  return {
    ...(categoryId != null && { categoryId: decodeId('category', categoryId) }),
    ...(title != null && { title: text('title', title, 1, maxTitleLength) }),
    ...(description != null && { description: text('description', description, 1, maxDescriptionLength) }),
    ...(price != null && {
      priceMinor: BigInt(within('price.minorUnits', price.minorUnits, 0, maxPriceMinor)),
      // The scalar takes small letters too.
      currency: price.currency.toUpperCase(),
    }),
    ...(weightGrams != null && { weightGrams: within('weightGrams', weightGrams, 1, maxWeightGrams) }),
  };
}

/**
 * The words of a search, without the spaces around them; an empty box is no mistake.
 *
 * @throws CodedError BAD_USER_INPUT
 */
export function searchWords(field: string, value: string): string {
  return text(field, value, 0, maxSearchLength);
}

/** @throws CodedError BAD_USER_INPUT that names the field */
export function within(field: string, value: number, min: number, max: number): number {
  if (value < min || value > max) throw badInput(field, `has to be from ${min} to ${max}, not ${value}`);
  return value;
}

function text(field: string, value: string, minLength: number, maxLength: number): string {
  const trimmed = value.trim();
  if (trimmed.length < minLength || trimmed.length > maxLength) {
    throw badInput(field, `has to have ${minLength} to ${maxLength} characters, not ${trimmed.length}`);
  }
  // Postgres keeps no NUL in a text.
  if (trimmed.includes('\0')) throw badInput(field, 'contains a NUL character');
  return trimmed;
}

function badInput(field: string, problem: string): CodedError {
  return new CodedError('BAD_USER_INPUT', `${field} ${problem}`, { extensions: { field } });
}
