import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { generateOperation } from '../execution/operation-generator.ts';
import { type HintedGraph, startHintedGraph } from './hinted-graph.ts';

let graph: HintedGraph;

beforeAll(async () => {
  graph = await startHintedGraph();
});
afterAll(() => graph.stop());

const entities = (selection: string, ...types: string[]) => ({
  query: `query ($of: [_Any!]!) { _entities(representations: $of) { ${selection} } }`,
  variables: { of: types.map((type) => ({ __typename: type, id: '1' })) },
});

describe('an answer may be cached as Apollo Server with its own plugin says:', () => {
  it.each<[query: string, header: string, variables?: Record<string, unknown>]>([
    ['{ book { id title } }', 'max-age=60, public'],
    ['{ book { price } }', 'max-age=20, public'],
    ['{ book { note } }', 'max-age=60, private'],
    ['{ book { bare } }', 'max-age=60, public'],
    ['{ book { never } }', 'no-store'],
    ['{ lastingBook { id } }', 'max-age=1000, public'],
    ['{ lastingBook { price note } }', 'max-age=20, private'],
    ['{ books { id } }', 'max-age=60, public'],
    ['{ noBooks { id } }', 'max-age=60, public'],
    ['{ noBook { id } }', 'max-age=60, public'],
    ['{ book { books { books { price } } } }', 'max-age=20, public'],
    ['{ author { name } }', 'max-age=30, private'],
    ['{ book { author { name } } }', 'max-age=30, private'],
    ['{ book { publicAuthor { name } } }', 'max-age=30, public'],
    ['{ book { lastingAuthor { name } } }', 'max-age=60, private'],
    ['{ book { inheritingAuthor { name } } }', 'max-age=30, public'],
    ['{ shelf { number } }', 'no-store'],
    ['{ hintedShelf { number } }', 'max-age=80, public'],
    ['{ hintedShelf { book { id } } }', 'max-age=60, public'],
    ['{ book { shelf { number } } }', 'max-age=60, public'],
    ['{ lastingBook { shelf { number } } }', 'max-age=1000, public'],
    ['{ lastingBook { lastingShelf { number } } }', 'max-age=500, public'],
    ['{ book { shelf { stock { available } } } }', 'no-store'],
    ['{ book { stock { available } } }', 'no-store'],
    ['{ book { inheritingStock { available } } }', 'max-age=60, public'],
    ['{ book { hiddenStock { available } } }', 'max-age=60, private'],
    ['{ book { freshStock { available } } }', 'max-age=5, public'],
    ['{ book { scopedStock { available } } }', 'no-store'],
    ['{ stock { available } }', 'no-store'],
    ['{ inheritingBook { available } }', 'no-store'],
    ['{ text }', 'no-store'],
    ['{ hintedText }', 'max-age=15, public'],
    ['{ privateText }', 'no-store'],
    ['{ privateHintedText }', 'max-age=35, private'],
    ['{ hintedText book { id } }', 'max-age=15, public'],
    ['{ hintedText privateHintedText }', 'max-age=15, private'],
    ['{ text book { id } }', 'no-store'],
    ['{ node { id } }', 'max-age=90, public'],
    ['{ node { ... on Book { title } } }', 'max-age=90, public'],
    ['{ node { ... on Book { price } } }', 'max-age=20, public'],
    ['{ node { ... on Node { ... on Book { note } } } }', 'max-age=90, private'],
    ['{ named { name } }', 'no-store'],
    ['{ freshNamed { name } }', 'max-age=25, public'],
    ['{ found { ... on Book { title } } }', 'max-age=40, public'],
    ['{ found { __typename } }', 'max-age=40, public'],
    ['{ bare { ... on Book { title } } }', 'no-store'],
    ['{ plain { id } }', 'no-store'],
    ['{ __typename }', 'no-store'],
    ['{ __typename book { id } }', 'max-age=60, public'],
    ['{ __schema { queryType { name } } }', 'no-store'],
    ['{ __schema { queryType { name } } book { id } }', 'max-age=60, public'],
    ['{ __type(name: "Book") { name } hintedText }', 'max-age=15, public'],
    ['{ _service { sdl } }', 'no-store'],
    ['{ book { title ...F } } fragment F on Book { ...G } fragment G on Book { price }', 'max-age=20, public'],
    ['{ a: book { title } b: book { note } }', 'max-age=60, private'],
    ['query ($a: Boolean!) { book { title price @skip(if: $a) } }', 'max-age=60, public', { a: true }],
    ['query ($a: Boolean!) { book { title price @skip(if: $a) } }', 'max-age=20, public', { a: false }],
    ['query ($a: Boolean = false) { book { title ... @include(if: $a) { note } } }', 'max-age=60, public'],
    ['query ($a: Boolean!) { hintedText @include(if: $a) book { id } }', 'max-age=60, public', { a: false }],
    ['query ($a: Boolean!) { hintedText @include(if: $a) book { id } }', 'max-age=15, public', { a: true }],
    ['{ restricted { id } }', 'max-age=60, public'],
    ['{ restricted(maxAge: 7) { id } }', 'max-age=7, public'],
    ['{ restricted(maxAge: 700) { id } }', 'max-age=60, public'],
    ['{ restricted(scope: "PRIVATE") { id } }', 'max-age=60, private'],
    ['{ restricted(scope: "PUBLIC") { note } }', 'max-age=60, private'],
    ['{ restricted(maxAge: 0) { id } }', 'no-store'],
    ['{ a: restricted(maxAge: 9) { id } b: restricted(maxAge: 8, scope: "PRIVATE") { id } }', 'max-age=8, private'],
    ['{ fails { id } book { id } }', 'no-store'],
    ['{ unknown }', 'no-store'],
    ['{ book {', 'no-store'],
    ['query ($a: Boolean!) { book { id @skip(if: $a) } }', 'no-store', { a: 'x' }],
  ])('%s', async (query, header, variables = {}) => {
    expect(await graph.headersOf({ query, variables })).toEqual({ ours: header, apollo: header });
  });

  it.each([
    ['of one type', entities('... on Book { title }', 'Book', 'Book'), 'max-age=60, public'],
    ['with a field of less', entities('... on Book { title price }', 'Book'), 'max-age=20, public'],
    ['of a private type', entities('... on Author { name }', 'Author'), 'max-age=30, private'],
    ['of two types', entities('... on Book { title } ... on Author { name }', 'Book', 'Author'), 'max-age=30, private'],
    ['of a type without a hint', entities('... on Plain { name }', 'Plain'), 'no-store'],
    ['of a type with its hint on an extension', entities('... on Extended { id }', 'Extended'), 'max-age=70, public'],
  ])('entities %s', async (_, asked, header) => {
    const { ours, apollo } = await graph.headersOf(asked);
    expect({ ours, apollo }).toEqual({ ours: header, apollo: header });
  });
});

describe('an answer may be cached for less than Apollo Server says', () => {
  it.each([
    [
      'when the object with the narrower field is missing',
      { query: '{ noBook { price } }' },
      'max-age=20, public',
      'max-age=60, public',
    ],
    [
      'when the list with the narrower field is empty',
      { query: '{ noBooks { note } }' },
      'max-age=60, private',
      'max-age=60, public',
    ],
    [
      'when the object was of another type',
      { query: '{ found { ... on Author { book { price } } } }' },
      'max-age=20, public',
      'max-age=40, public',
    ],
    [
      'when one of several types of entities has no hint',
      entities('... on Book { title } ... on Plain { name }', 'Book', 'Plain'),
      'no-store',
      'max-age=60, public',
    ],
    [
      'when no reference is of a type that is selected',
      entities('... on Book { title } ... on Author { name }', 'Book'),
      'max-age=30, private',
      'max-age=60, public',
    ],
    [
      'when a fragment hides of which types the references are',
      entities('... { ... on Book { title } }', 'Book'),
      'no-store',
      'max-age=60, public',
    ],
  ])('%s', async (_, asked, ours, apollo) => {
    expect(await graph.headersOf(asked)).toEqual({ ours, apollo });
  });

  it('for no operation may it be cached for longer, or for more people', async () => {
    let cacheable = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1000), { minLength: 5, maxLength: 80 }), async (numbers) => {
        const { source: query, variables } = generateOperation(graph.schema, numbers);
        fc.pre(validate(graph.schema, parse(query)).length === 0);
        const { ours, apollo } = await graph.headersOf({ query, variables });
        expect(policyOf(ours).maxAgeS).toBeLessThanOrEqual(policyOf(apollo).maxAgeS);
        if (policyOf(ours).maxAgeS > 0) cacheable += 1;
        if (policyOf(ours).isPublic) expect(policyOf(apollo)).toMatchObject({ isPublic: true });
      }),
      { numRuns: 500, seed: 1 },
    );
    expect(cacheable).toBeGreaterThan(25);
  });
});

describe('a mutation', () => {
  it('is never cached, whatever the schema hints', async () => {
    const { ours, apollo } = await graph.headersOf({ query: 'mutation { touch { id } }' });
    expect({ ours, apollo }).toEqual({ ours: 'no-store', apollo: 'no-store' });
  });
});

function policyOf(header = ''): { maxAgeS: number; isPublic: boolean } {
  const [, maxAge = '0', scope] = /^max-age=([1-9]\d*), (public|private)$/.exec(header) ?? [];
  return { maxAgeS: Number(maxAge), isPublic: scope === 'public' };
}
