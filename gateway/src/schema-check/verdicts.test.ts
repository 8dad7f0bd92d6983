import { composeServices } from '@apollo/composition';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { apiSchemaOf } from '../planning/api-schema.ts';
import { countOf } from '../testing/counted-usage.ts';
import { checkSchema } from './check-schema.ts';
import type { JudgedChange } from './judge-changes.ts';

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@shareable"])';

const BOOKS = `${FEDERATION}
directive @cachedFor(seconds: Int) on FIELD
type Query {
  book(id: ID!, format: Format, edition: Int = 1): Book
  books(filter: BookFilter, first: Int): [Book!]!
  find(text: String!): [Found!]!
  oldBooks: [Book!] @deprecated(reason: "Use books")
  node(id: ID!): Node
  titled: Titled
}
type Mutation { addBook(input: NewBook!, copies: Int! = 1): Book }
interface Node { id: ID! }
interface Titled { heading: String lead: String }
type Book implements Node & Titled @key(fields: "id") @key(fields: "isbn") {
  id: ID!
  isbn: String!
  title: String!
  subtitle: String
  heading: String
  lead: String
  pages: Int
  format: Format!
  author: Author
  price(currency: String): Float
  secret: String @authenticated
  notes: String @requiresScopes(scopes: [["notes:read"]])
}
type Author implements Node @key(fields: "id") { id: ID! name: String! }
type Shop { name: String! }
type Unused { value: Int }
union Found = Book | Author | Shop
enum Format { PAPER EBOOK TAPE @deprecated(reason: "Nobody has a player") }
enum Sort { TITLE PAGES }
input BookFilter { format: Format sort: Sort title: String minPages: Int = 1 }
input NewBook { title: String! pages: Int format: Format! binding: String! = "paper" }
`;

const REVIEWS = `${FEDERATION}
directive @cachedFor(seconds: Int) on FIELD
type Book @key(fields: "id") { id: ID! stars: Float }
`;

interface Subgraphs {
  readonly books: string;
  readonly reviews?: string | undefined;
}

function compose({ books, reviews }: Subgraphs): string {
  const services = [
    { name: 'books', url: 'http://books.test', typeDefs: parse(books) },
    ...(reviews === undefined ? [] : [{ name: 'reviews', url: 'http://reviews.test', typeDefs: parse(reviews) }]),
  ];
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

const base = compose({ books: BOOKS, reviews: REVIEWS });
const UNRELATED = 'query Unrelated { find(text: "a") { ... on Shop { name } } }';

async function judge(next: string, bodies: readonly string[] | undefined): Promise<readonly JudgedChange[]> {
  const operations = bodies?.map((body, index) => ({ client: 'web', name: `Operation${index}`, body }));
  return (await checkSchema({ base, next }, operations)).changes;
}

const apiSchema = apiSchemaOf(base);

/** By what gateways have counted, and not by what clients say that they send. */
async function judgeByCount(next: string, body: string): Promise<readonly JudgedChange[]> {
  return (await checkSchema({ base, next }, undefined, { usage: countOf(apiSchema, [{ body }]) })).changes;
}

type Verdict = JudgedChange['verdict'];

interface Row {
  readonly what: string;
  /** Text of the subgraph of books, and what stands there instead. */
  readonly edit: readonly [from: string | RegExp, to: string];
  readonly coordinate: string;
  readonly verdict: Verdict;
  /** An operation that meets the change, for those that could break somebody. */
  readonly used?: string;
}

const BOOK = '{ book(id: 1) {';
const rows: readonly Row[] = [
  // Fields
  {
    what: 'a field that is added',
    edit: ['pages: Int\n', 'pages: Int\n  weight: Int\n'],
    coordinate: 'Book.weight',
    verdict: 'safe',
  },
  {
    what: 'a field that is removed',
    edit: ['  subtitle: String\n', ''],
    coordinate: 'Book.subtitle',
    verdict: 'breaking',
    used: `${BOOK} subtitle } }`,
  },
  {
    what: 'a deprecated field that is removed',
    edit: [/ {2}oldBooks.*\n/, ''],
    coordinate: 'Query.oldBooks',
    verdict: 'breaking',
    used: '{ oldBooks { id } }',
  },
  {
    what: 'a field that is renamed',
    edit: ['subtitle: String', 'subTitle: String'],
    coordinate: 'Book.subtitle',
    verdict: 'breaking',
    used: `${BOOK} subtitle } }`,
  },
  {
    what: 'a field that is deprecated',
    edit: ['subtitle: String', 'subtitle: String @deprecated(reason: "Use title")'],
    coordinate: 'Book.subtitle',
    verdict: 'safe',
  },
  {
    what: 'a field of another type',
    edit: ['pages: Int\n', 'pages: String\n'],
    coordinate: 'Book.pages',
    verdict: 'breaking',
    used: `${BOOK} pages } }`,
  },
  {
    what: 'a field that is a list now',
    edit: ['author: Author', 'author: [Author!]'],
    coordinate: 'Book.author',
    verdict: 'breaking',
    used: `${BOOK} author { name } } }`,
  },
  {
    what: 'a field that has another description',
    edit: ['pages: Int\n', '"How many."\n  pages: Int\n'],
    coordinate: 'Book.pages',
    verdict: 'safe',
  },
  // Nullability
  {
    what: 'a field that may be null from now on',
    edit: ['title: String!\n  sub', 'title: String\n  sub'],
    coordinate: 'Book.title',
    verdict: 'breaking',
    used: `${BOOK} title } }`,
  },
  {
    what: 'a field that is never null from now on',
    edit: ['pages: Int\n', 'pages: Int!\n'],
    coordinate: 'Book.pages',
    verdict: 'safe',
  },
  {
    what: 'items that may be null from now on',
    edit: ['first: Int): [Book!]!', 'first: Int): [Book]!'],
    coordinate: 'Query.books',
    verdict: 'breaking',
    used: '{ books { id } }',
  },
  {
    what: 'items that are never null from now on',
    edit: ['oldBooks: [Book!]', 'oldBooks: [Book!]!'],
    coordinate: 'Query.oldBooks',
    verdict: 'safe',
  },
  // Arguments
  {
    what: 'an argument that is added',
    edit: ['price(currency: String)', 'price(currency: String, day: String)'],
    coordinate: 'Book.price(day:)',
    verdict: 'safe',
  },
  {
    what: 'an argument that is added with a default',
    edit: ['price(currency: String)', 'price(currency: String, tax: Boolean! = true)'],
    coordinate: 'Book.price(tax:)',
    verdict: 'safe',
  },
  {
    what: 'an argument that is added and has to be given',
    edit: ['price(currency: String)', 'price(currency: String, day: String!)'],
    coordinate: 'Book.price(day:)',
    verdict: 'breaking',
    used: `${BOOK} price } }`,
  },
  {
    what: 'an argument that is removed',
    edit: ['price(currency: String)', 'price'],
    coordinate: 'Book.price(currency:)',
    verdict: 'breaking',
    used: `${BOOK} price(currency: "EUR") } }`,
  },
  {
    what: 'an argument that has to be given from now on',
    edit: ['price(currency: String)', 'price(currency: String!)'],
    coordinate: 'Book.price(currency:)',
    verdict: 'breaking',
    used: `${BOOK} price } }`,
  },
  {
    what: 'an argument that need not be given any more',
    edit: ['find(text: String!)', 'find(text: String)'],
    coordinate: 'Query.find(text:)',
    verdict: 'safe',
  },
  {
    what: 'an argument of another type',
    edit: ['edition: Int = 1', 'edition: String'],
    coordinate: 'Query.book(edition:)',
    verdict: 'breaking',
    used: '{ book(id: 1, edition: 2) { id } }',
  },
  {
    what: 'another default of an argument',
    edit: ['edition: Int = 1', 'edition: Int = 2'],
    coordinate: 'Query.book(edition:)',
    verdict: 'dangerous',
  },
  {
    what: 'an argument that has lost its default and so has to be given',
    edit: ['copies: Int! = 1', 'copies: Int!'],
    coordinate: 'Mutation.addBook(copies:)',
    verdict: 'breaking',
    used: 'mutation { addBook(input: { title: "a", format: PAPER }) { id } }',
  },
  // Enums
  {
    what: 'a value that clients may be sent',
    edit: ['PAPER EBOOK', 'PAPER EBOOK AUDIO'],
    coordinate: 'Format.AUDIO',
    verdict: 'dangerous',
  },
  {
    what: 'a value that clients only send',
    edit: ['TITLE PAGES', 'TITLE PAGES PRICE'],
    coordinate: 'Sort.PRICE',
    verdict: 'safe',
  },
  {
    what: 'a value that is removed',
    edit: ['PAPER EBOOK', 'PAPER'],
    coordinate: 'Format.EBOOK',
    verdict: 'breaking',
    used: '{ book(id: 1, format: EBOOK) { id } }',
  },
  {
    what: 'a value that is removed and may be in a variable',
    edit: ['TITLE PAGES', 'TITLE'],
    coordinate: 'Sort.PAGES',
    verdict: 'breaking',
    used: 'query ($filter: BookFilter) { books(filter: $filter) { id } }',
  },
  {
    what: 'a value that is deprecated',
    edit: ['PAPER EBOOK', 'PAPER EBOOK @deprecated(reason: "Use PAPER")'],
    coordinate: 'Format.EBOOK',
    verdict: 'safe',
  },
  // Unions
  {
    what: 'a member that is added to a union',
    edit: ['| Shop', '| Shop | Unused'],
    coordinate: 'Found',
    verdict: 'dangerous',
  },
  {
    what: 'a member that is removed from a union',
    edit: ['Book | Author |', 'Book |'],
    coordinate: 'Found',
    verdict: 'breaking',
    used: '{ find(text: "a") { ... on Author { name } } }',
  },
  // Interfaces
  {
    what: 'an interface that a type has no more',
    edit: ['type Author implements Node', 'type Author'],
    coordinate: 'Author',
    verdict: 'breaking',
    used: '{ node(id: 1) { ... on Author { name } } }',
  },
  {
    what: 'an interface that a type has, too',
    edit: ['type Shop {', 'type Shop implements Node { id: ID!'],
    coordinate: 'Shop',
    verdict: 'dangerous',
  },
  {
    what: 'a field that is removed from an interface',
    edit: ['Titled { heading: String lead: String }', 'Titled { heading: String }'],
    coordinate: 'Titled.lead',
    verdict: 'breaking',
    used: '{ titled { lead } }',
  },
  {
    what: 'a field that is added to an interface',
    edit: ['Titled { heading: String', 'Titled { heading: String pages: Int'],
    coordinate: 'Titled.pages',
    verdict: 'safe',
  },
  // Inputs
  {
    what: 'an input field that is added',
    edit: ['title: String minPages', 'title: String maxPages: Int minPages'],
    coordinate: 'BookFilter.maxPages',
    verdict: 'safe',
  },
  {
    what: 'an input field that is added and has to be given',
    edit: ['input NewBook { title', 'input NewBook { isbn: String! title'],
    coordinate: 'NewBook.isbn',
    verdict: 'breaking',
    used: 'mutation ($input: NewBook!) { addBook(input: $input) { id } }',
  },
  {
    what: 'an input field that is removed',
    edit: ['title: String minPages', 'minPages'],
    coordinate: 'BookFilter.title',
    verdict: 'breaking',
    used: '{ books(filter: { title: "a" }) { id } }',
  },
  {
    what: 'an input field that has to be given from now on',
    edit: ['pages: Int format: Format!', 'pages: Int! format: Format!'],
    coordinate: 'NewBook.pages',
    verdict: 'breaking',
    used: 'mutation { addBook(input: { title: "a", format: PAPER }) { id } }',
  },
  {
    what: 'an input field that need not be given any more',
    edit: ['input NewBook { title: String!', 'input NewBook { title: String'],
    coordinate: 'NewBook.title',
    verdict: 'safe',
  },
  {
    what: 'an input field of another type',
    edit: ['minPages: Int = 1', 'minPages: Float'],
    coordinate: 'BookFilter.minPages',
    verdict: 'breaking',
    used: 'query ($filter: BookFilter) { books(filter: $filter) { id } }',
  },
  {
    what: 'another default of an input field',
    edit: ['minPages: Int = 1', 'minPages: Int = 2'],
    coordinate: 'BookFilter.minPages',
    verdict: 'dangerous',
  },
  {
    what: 'an input field that has lost its default and so has to be given',
    edit: ['binding: String! = "paper"', 'binding: String!'],
    coordinate: 'NewBook.binding',
    verdict: 'breaking',
    used: 'mutation ($input: NewBook!) { addBook(input: $input) { id } }',
  },
  // Types
  {
    what: 'a type that is added',
    edit: ['type Shop {', 'type Street { name: String }\ntype Shop {'],
    coordinate: 'Street',
    verdict: 'safe',
  },
  {
    what: 'a type that is removed',
    edit: ['union Found = Book | Author | Shop', 'union Found = Book | Author'],
    coordinate: 'Found',
    verdict: 'breaking',
    used: '{ find(text: "a") { ... on Shop { name } } }',
  },
  {
    what: 'a type that is nowhere used and removed',
    edit: ['type Unused { value: Int }\n', ''],
    coordinate: 'Unused',
    verdict: 'breaking',
  },
  {
    what: 'a type that is of another kind',
    edit: ['union Found = Book | Author | Shop', 'interface Found { name: String! }'],
    coordinate: 'Found',
    verdict: 'breaking',
    used: '{ find(text: "a") { __typename } }',
  },
  {
    what: 'a mutation type that is gone',
    edit: [/type Mutation .*\n/, ''],
    coordinate: 'Mutation',
    verdict: 'breaking',
    used: 'mutation { addBook(input: { title: "a", format: PAPER }) { id } }',
  },
  // Directives
  {
    what: 'a directive that is removed',
    edit: ['directive @cachedFor(seconds: Int) on FIELD\n', ''],
    coordinate: '@cachedFor',
    verdict: 'breaking',
    used: '{ books { id @cachedFor(seconds: 3) } }',
  },
  {
    what: 'an argument of a directive that is removed',
    edit: ['@cachedFor(seconds: Int) on', '@cachedFor on'],
    coordinate: '@cachedFor(seconds:)',
    verdict: 'breaking',
    used: '{ books { id @cachedFor(seconds: 3) } }',
  },
  // Access
  {
    what: 'a field that asks for a viewer from now on',
    edit: ['pages: Int\n', 'pages: Int @authenticated\n'],
    coordinate: 'Book.pages',
    verdict: 'breaking',
    used: `${BOOK} pages } }`,
  },
  {
    what: 'a field that asks for other scopes',
    edit: ['[["notes:read"]]', '[["notes:admin"]]'],
    coordinate: 'Book.notes',
    verdict: 'breaking',
    used: `${BOOK} notes } }`,
  },
  {
    what: 'a field that is open from now on',
    edit: ['secret: String @authenticated', 'secret: String'],
    coordinate: 'Book.secret',
    verdict: 'dangerous',
  },
  // Keys
  { what: 'a key that is removed', edit: [' @key(fields: "isbn")', ''], coordinate: 'Book', verdict: 'dangerous' },
  {
    what: 'a key that is added',
    edit: ['@key(fields: "isbn")', '@key(fields: "isbn") @key(fields: "title")'],
    coordinate: 'Book',
    verdict: 'safe',
  },
];

describe.each(rows)('$what', ({ edit: [from, to], coordinate, verdict, used }) => {
  const books = BOOKS.replace(from, to);
  if (books === BOOKS) throw new Error(`the schema has no ${String(from)}`);
  const next = compose({ books, reviews: REVIEWS });
  const verdictsAt = (changes: readonly JudgedChange[]) =>
    changes.filter((change) => change.coordinate === coordinate).map((change) => change.verdict);

  it(`is ${verdict} where nothing is known of clients`, async () => {
    expect(verdictsAt(await judge(next, undefined))).toContain(verdict);
  });

  if (used !== undefined) {
    it(`is breaking for a client that sends ${used}`, async () => {
      expect(verdictsAt(await judge(next, [used]))).toContain('breaking');
      expect(verdictsAt(await judgeByCount(next, used))).toContain('breaking');
    });
  }

  it(`is ${verdict === 'breaking' ? 'unused' : verdict} where no client meets it`, async () => {
    const unrelated = coordinate === 'Found' ? `${BOOK} id } }` : UNRELATED;
    for (const changes of [await judge(next, [unrelated]), await judgeByCount(next, unrelated)]) {
      expect(verdictsAt(changes)).toContain(verdict === 'breaking' ? 'unused' : verdict);
      expect(verdictsAt(changes)).not.toContain('breaking');
    }
  });
});

describe('a supergraph that has other parts', () => {
  it('tells of a subgraph that is gone with its fields', async () => {
    const changes = await judge(compose({ books: BOOKS }), undefined);
    expect(changes.map(({ kind, coordinate, verdict }) => [kind, coordinate, verdict])).toEqual([
      ['FIELD_REMOVED', 'Book.stars', 'breaking'],
      ['KEY_REMOVED', 'Book', 'dangerous'],
      ['SUBGRAPH_REMOVED', 'REVIEWS', 'dangerous'],
    ]);
  });
});
