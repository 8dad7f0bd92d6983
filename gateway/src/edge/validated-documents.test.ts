import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { buildSchema, execute, type GraphQLSchema } from 'graphql';
import type { GatewayContext } from '../gateway-context.ts';
import type { ServerGateway } from '../supergraph/apollo-gateway.ts';
import { createValidatedDocuments } from './validated-documents.ts';

const context: GatewayContext = { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined };
const before = buildSchema('type Query { a: Int b: Int }');
const after = buildSchema('type Query { a: Int }');

/** What Apollo Server parsed, and what it validated. */
let work: string[];
/** Done once. */
let whenBegun: (() => Promise<void>) | undefined;
let whenParsing: (() => void) | undefined;
let serve: (apiSchema: GraphQLSchema) => void;
let server: ApolloServer<GatewayContext>;

const observer: ApolloServerPlugin<GatewayContext> = {
  async requestDidStart() {
    const begun = whenBegun;
    whenBegun = undefined;
    await begun?.();
    return {
      async parsingDidStart({ source }) {
        work.push(`parses ${source}`);
        whenParsing?.();
        whenParsing = undefined;
      },
      validationDidStart: async ({ source }) => void work.push(`validates ${source}`),
    };
  },
};

async function start(limitBytes: number): Promise<void> {
  const gateway: ServerGateway = {
    onSchemaLoadOrUpdate(callback) {
      serve = (apiSchema) => callback({ apiSchema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      serve(before);
      return {
        executor: async ({ schema, document }) =>
          execute({ schema, document, rootValue: { a: 1, b: 2 } }) as { data: object },
      };
    },
    stop: async () => undefined,
  };
  server = new ApolloServer({
    gateway,
    documentStore: null,
    hideSchemaDetailsFromClientErrors: true,
    plugins: [createValidatedDocuments(limitBytes), observer],
  });
  await server.start();
}

async function ask(query: string): Promise<unknown> {
  const { body } = await server.executeOperation({ query }, { contextValue: context });
  if (body.kind !== 'single') throw new Error('the answer comes in parts');
  return body.singleResult.data ?? body.singleResult.errors?.map(({ message }) => message);
}

beforeEach(async () => {
  work = [];
  whenBegun = undefined;
  whenParsing = undefined;
  await start(1_000_000);
});
afterEach(() => server.stop());

it('a text that has been valid before is neither parsed nor validated again', async () => {
  expect(await ask('{ a }')).toEqual({ a: 1 });
  work = [];
  expect([await ask('{ a }'), await ask('{ b }')]).toEqual([{ a: 1 }, { b: 2 }]);
  expect(work).toEqual(['parses { b }', 'validates { b }']);
});

it('a text that is not valid is refused each time', async () => {
  const refusals = [await ask('{ c }'), await ask('{ c }')];
  expect(refusals).toEqual(Array(2).fill(['Cannot query field "c" on type "Query".']));
});

it('another schema has none of the documents of the one before', async () => {
  await ask('{ b }');
  serve(after);
  expect(await ask('{ b }')).toEqual(['Cannot query field "b" on type "Query".']);
});

it('what was validated for the schema before, while another one came, is not taken for valid', async () => {
  whenParsing = () => serve(after);
  expect(await ask('{ b }')).toEqual({ b: 2 });
  expect(await ask('{ b }')).toEqual(['Cannot query field "b" on type "Query".']);
});

it('a request of the schema before gets no document of the one that came', async () => {
  whenBegun = async () => {
    serve(after);
    await ask('{ a }');
    work = [];
  };
  expect(await ask('{ a }')).toEqual({ a: 1 });
  expect(work).toEqual(['parses { a }', 'validates { a }']);
});

it('documents that take more than they may make room for others', async () => {
  await server.stop();
  await start(3_000);
  const texts = Array.from({ length: 10 }, (_, index) => `query Number${index} { a }`);
  for (const text of texts) await ask(text);
  work = [];
  for (const text of texts.toReversed()) await ask(text);
  const parsed = work.filter((line) => line.startsWith('parses'));
  expect(parsed.length).toBeGreaterThan(0);
  expect(parsed).not.toContain(`parses ${texts.at(-1)}`);
});
