import type { AnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { tagsOfAll } from '@tributary/runtime/loaders/tags-of-all';
import { pageArguments } from '@tributary/runtime/pagination/connection';
import { ALL_CATEGORIES, ALL_PRODUCTS, categoryTag, productTag } from './cache-tags.ts';
import type { CategoryRow } from './category-repository.ts';
import type { CatalogRepositories } from './loaders.ts';
import { conditionsOf } from './product-filter.ts';
import { searchWords } from './product-input.ts';
import type { ProductRow } from './product-repository.ts';

export type SearchResult =
  | ({ readonly __typename: 'Category' } & CategoryRow)
  | ({ readonly __typename: 'Product' } & ProductRow);

// A category leads to many products, so a few of them say enough.
const maxCategories = 5;

/**
 * Categories and products that have the words, `first` in all: a few categories, then products on sale, the newest first.
 *
 * @throws CodedError PAGE_SIZE_OUT_OF_RANGE, BAD_USER_INPUT
 */
export async function search(
  { products, categories }: CatalogRepositories,
  answerPolicy: AnswerPolicy,
  args: { readonly text: string; readonly first?: number | null },
): Promise<SearchResult[]> {
  const { first } = pageArguments({ first: args.first });
  const text = searchWords('text', args.text);
  if (text === '') return [];
  const [foundCategories, foundProducts] = await Promise.all([
    categories.search(text, Math.min(first, maxCategories)),
    products.list(conditionsOf({ text }), { sort: 'NEWEST', page: { first, after: null } }),
  ]);
  answerPolicy.addTags([ALL_CATEGORIES, ALL_PRODUCTS]);
  answerPolicy.addTags(tagsOfAll(foundCategories, ({ id }) => [categoryTag(id)]));
  answerPolicy.addTags(tagsOfAll(foundProducts, ({ id }) => [productTag(id)]));
  return [
    ...foundCategories.map((category) => ({ __typename: 'Category' as const, ...category })),
    ...foundProducts.map((product) => ({ __typename: 'Product' as const, ...product })),
  ].slice(0, first);
}
