import { buildSubgraphSchema } from '@apollo/subgraph';
import { type AnswerPolicy, CollectedAnswerPolicy } from '@tributary/runtime/answer-policy/answer-policy';
import { startApolloExecutor } from '@tributary/runtime/graphql/apollo-executor';
import { createCompiledExecutor } from '@tributary/runtime/graphql/compiled-executor';
import type { GraphqlExecutor } from '@tributary/runtime/graphql/graphql-executor';
import type { HttpRequest } from '@tributary/runtime/http/http-message';
import { type GraphQLSchema, parse } from 'graphql';
import { createTestLogger } from '../kit/test-logger.ts';

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @cacheControl(maxAge: Int, scope: CacheControlScope, inheritMaxAge: Boolean)
    on FIELD_DEFINITION | OBJECT | INTERFACE | UNION

  interface Node @cacheControl(maxAge: 90) { id: ID! }
  interface Named { name: String }
  type Book implements Node @key(fields: "id") @cacheControl(maxAge: 60) {
    id: ID!
    title: String
    price: Int @cacheControl(maxAge: 20)
    note: String @cacheControl(scope: PRIVATE)
    bare: Int @cacheControl
    author: Author
    publicAuthor: Author @cacheControl(scope: PUBLIC)
    lastingAuthor: Author @cacheControl(maxAge: 500)
    inheritingAuthor: Author @cacheControl(inheritMaxAge: true, scope: PUBLIC)
    shelf: Shelf
    lastingShelf: Shelf @cacheControl(maxAge: 500)
    stock: Stock
    inheritingStock: Stock @cacheControl(inheritMaxAge: true)
    hiddenStock: Stock @cacheControl(inheritMaxAge: true, scope: PRIVATE)
    freshStock: Stock @cacheControl(maxAge: 5)
    scopedStock: Stock @cacheControl(scope: PRIVATE)
    never: Int @cacheControl(maxAge: 0)
    books: [Book!]!
  }
  type Author implements Named @key(fields: "id") @cacheControl(maxAge: 30, scope: PRIVATE) { id: ID! name: String book: Book }
  type Shelf @cacheControl(inheritMaxAge: true) { number: Int book: Book stock: Stock }
  type Stock { available: Int book: Book }
  type Plain implements Named @key(fields: "id") { id: ID! name: String brief: Int @cacheControl(maxAge: 10) }
  extend type Extended @key(fields: "id") @cacheControl(maxAge: 70) { id: ID! }
  union Found @cacheControl(maxAge: 40) = Book | Author
  union Bare = Book | Author

  type Query {
    book: Book
    lastingBook: Book @cacheControl(maxAge: 1000)
    books: [Book!]!
    noBooks: [Book!]!
    noBook: Book
    author: Author
    shelf: Shelf
    hintedShelf: Shelf @cacheControl(maxAge: 80)
    inheritingBook: Stock @cacheControl(inheritMaxAge: true)
    stock: Stock
    node: Node
    named: Named
    freshNamed: Named @cacheControl(maxAge: 25)
    found: Found
    foundAuthor: Found
    bare: Bare
    plain: Plain
    text: String
    hintedText: String @cacheControl(maxAge: 15)
    privateText: String @cacheControl(scope: PRIVATE)
    privateHintedText: String @cacheControl(maxAge: 35, scope: PRIVATE)
    restricted(maxAge: Int, scope: String): Book
    fails: Book
  }
  type Mutation { touch: Book @cacheControl(maxAge: 60) }
`);

interface Context {
  readonly answerPolicy: AnswerPolicy;
}

const book = () => ({ __typename: 'Book', id: 'b', title: 'title', price: 1, note: 'note', bare: 1, never: 1 });
const author = () => ({ __typename: 'Author', id: 'a', name: 'name' });
const shelf = () => ({ number: 1 });
const stock = () => ({ available: 1 });

const resolvers = {
  Query: {
    book,
    lastingBook: book,
    books: () => [book(), book()],
    noBooks: () => [],
    noBook: () => null,
    author,
    shelf,
    hintedShelf: shelf,
    inheritingBook: stock,
    stock,
    node: book,
    named: author,
    freshNamed: author,
    found: book,
    foundAuthor: author,
    bare: book,
    plain: () => ({ id: 'p', name: 'name', brief: 1 }),
    text: () => 'text',
    hintedText: () => 'text',
    privateText: () => 'text',
    privateHintedText: () => 'text',
    restricted: (_: unknown, { maxAge, scope }: RestrictArguments, { answerPolicy }: Context) => {
      answerPolicy.restrict({ maxAgeS: maxAge, scope });
      return book();
    },
    fails: () => {
      throw new Error('a fault of this test');
    },
  },
  Mutation: { touch: book },
  Book: {
    author,
    publicAuthor: author,
    lastingAuthor: author,
    inheritingAuthor: author,
    shelf,
    lastingShelf: shelf,
    stock,
    inheritingStock: stock,
    hiddenStock: stock,
    freshStock: stock,
    scopedStock: stock,
    books: () => [book()],
  },
  Author: { book },
  Shelf: { book, stock },
  Stock: { book },
};

interface RestrictArguments {
  readonly maxAge?: number;
  readonly scope?: 'PUBLIC' | 'PRIVATE';
}

export interface Asked {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** A subgraph with hints of every kind, and the `cache-control` that each executor gives its answers. */
export interface HintedGraph {
  readonly schema: GraphQLSchema;
  /** Of ours, and of Apollo Server with its own plugin. */
  headersOf(asked: Asked): Promise<{ ours: string | undefined; apollo: string | undefined }>;
  stop(): Promise<void>;
}

/** Starts both executors over it; the caller stops them. */
export async function startHintedGraph(): Promise<HintedGraph> {
  const schema = buildSubgraphSchema([{ typeDefs, resolvers }]);
  const options = { schema, isDevelopment: true, logger: createTestLogger({ service: 'hinted', level: 'fatal' }) };
  const compiled = createCompiledExecutor<Context>(options);
  const apollo = await startApolloExecutor<Context>(options);
  return {
    schema,
    async headersOf(asked) {
      return { ours: await headerFrom(compiled, asked), apollo: await headerFrom(apollo, asked) };
    },
    async stop() {
      await Promise.all([compiled.stop(), apollo.stop()]);
    },
  };
}

async function headerFrom(executor: GraphqlExecutor<Context>, asked: Asked): Promise<string | undefined> {
  const answerPolicy = new CollectedAnswerPolicy({ collectsTags: false });
  const extras = { answerPolicy, extensions: () => undefined };
  const { headers } = await executor.execute(requestOf(asked), { answerPolicy }, extras);
  return new Map(headers).get('cache-control');
}

function requestOf(body: Asked): HttpRequest {
  const headers = new Map([['content-type', 'application/json']]);
  return {
    method: 'POST',
    path: '/graphql',
    search: '',
    headers,
    body,
    requestId: 'request',
    signal: { aborted: false, toAbortSignal: () => new AbortController().signal },
  };
}
