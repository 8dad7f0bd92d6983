import type { GraphQLResolverMap } from '@apollo/subgraph';

/** A subgraph of a graph that has nothing to do with ours. */
export interface ForeignSubgraph {
  name: string;
  schema: string;
  resolvers: GraphQLResolverMap<unknown>;
}

const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})`;

interface Book {
  __typename: 'Book';
  id: string;
  title: string;
  creator: object;
  format: string;
  weight: number;
  price: number;
}

const books: Book[] = [
  {
    __typename: 'Book',
    id: 'b1',
    title: 'Emma',
    creator: { __typename: 'Author', name: 'Jane Austen', penName: 'A Lady' },
    format: 'HARDCOVER',
    weight: 500,
    price: 1200,
  },
  {
    __typename: 'Book',
    id: 'b2',
    title: 'Dubliners',
    creator: { __typename: 'Author', name: 'James Joyce', penName: null },
    format: 'PAPERBACK',
    weight: 300,
    price: 900,
  },
];
const movies = [
  {
    __typename: 'Movie',
    id: 'm1',
    title: 'Playtime',
    creator: { __typename: 'Director', name: 'Jacques Tati', awards: 3 },
    minutes: 115,
  },
];
const media = [...books, ...movies];
const mediaById = new Map(media.map((item) => [item.id, item]));

/** Owns the entity interface `Media`, a plain interface, a union, an enum and an input. */
const catalog: ForeignSubgraph = {
  name: 'catalog',
  schema: `${link('@key', '@shareable')}
    type Query {
      media: [Media!]!
      book(id: ID!): Book
      search(filter: SearchFilter!): [SearchResult!]!
      broken: String
    }
    interface Media @key(fields: "id") { id: ID! title: String! creator: Person! }
    type Book implements Media @key(fields: "id") {
      id: ID!
      title: String! @shareable
      creator: Person!
      format: Format!
      weight: Int!
      price: Int!
      pageCount: Int
    }
    type Movie implements Media @key(fields: "id") { id: ID! title: String! creator: Person! minutes: Int! }
    interface Person { name: String! }
    type Author implements Person { name: String! penName: String }
    type Director implements Person { name: String! awards: Int! }
    union SearchResult = Book | Movie | Author
    enum Format { HARDCOVER PAPERBACK }
    input SearchFilter { text: String! limit: Int = 10 }`,
  resolvers: {
    Query: {
      media: () => media,
      book: (_root: unknown, { id }: { id: string }) => books.find((book) => book.id === id),
      search: (_root: unknown, { filter }: { filter: { text: string; limit: number } }) =>
        [books[0], movies[0], books[0]?.creator].filter(() => filter.text === 'all').slice(0, filter.limit),
      broken: () => {
        throw new Error('the shelf collapsed at /srv/catalog/secret.js');
      },
    },
    Book: {
      __resolveReference: ({ id }: { id: string }) => mediaById.get(id),
      pageCount: () => {
        throw new Error('archive has taken over this field');
      },
    },
    Movie: { __resolveReference: ({ id }: { id: string }) => mediaById.get(id) },
    Media: { __resolveReference: ({ id }: { id: string }) => mediaById.get(id) },
  },
};

/** Adds to every `Media`, without knowing its implementations. */
const ratings: ForeignSubgraph = {
  name: 'ratings',
  schema: `${link('@key', '@interfaceObject')}
    type Query { bestRated: Media }
    type Media @key(fields: "id") @interfaceObject { id: ID! stars(scale: Int = 5): Float! }`,
  resolvers: {
    Query: { bestRated: () => ({ id: 'm1' }) },
    Media: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      stars: ({ id }: { id: string }, { scale }: { scale: number }) => (id === 'm1' ? scale : scale / 2),
    },
  },
};

/** Computes from fields of another subgraph. */
const shipping: ForeignSubgraph = {
  name: 'shipping',
  schema: `${link('@key', '@external', '@requires')}
    type Book @key(fields: "id") {
      id: ID!
      weight: Int! @external
      price: Int! @external
      shippingEstimate: Int! @requires(fields: "weight price")
    }`,
  resolvers: {
    Book: {
      __resolveReference: (reference: unknown) => reference,
      shippingEstimate: ({ weight, price }: Book) => (price > 1000 ? 0 : weight * 2),
    },
  },
};

/** Provides a field it does not own, and has the only mutation. */
const loans: ForeignSubgraph = {
  name: 'loans',
  schema: `${link('@key', '@external', '@provides')}
    type Query { loans: [Loan!]! }
    type Mutation { lend(bookId: ID!): Loan! }
    type Loan { id: ID! book: Book! @provides(fields: "title") }
    type Book @key(fields: "id") { id: ID! title: String! @external }`,
  resolvers: {
    Query: { loans: () => [{ id: 'l1', book: { id: 'b1', title: 'Emma, as loans knows it' } }] },
    Mutation: {
      lend: (_root: unknown, { bookId }: { bookId: string }) => ({
        id: `l-${bookId}`,
        book: { id: bookId, title: 'lent' },
      }),
    },
    Book: { __resolveReference: (reference: unknown) => reference },
  },
};

/** Has taken a field over from the catalog. */
const archive: ForeignSubgraph = {
  name: 'archive',
  schema: `${link('@key', '@override')}
    type Book @key(fields: "id") { id: ID! pageCount: Int @override(from: "catalog") }`,
  resolvers: {
    Book: {
      __resolveReference: (reference: unknown) => reference,
      pageCount: ({ id }: { id: string }) => (id === 'b1' ? 474 : null),
    },
  },
};

/** A library: five subgraphs that use what Federation 2 has. */
export const librarySubgraphs: readonly ForeignSubgraph[] = [catalog, ratings, shipping, loans, archive];
