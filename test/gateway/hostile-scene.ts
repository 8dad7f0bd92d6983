import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { createCompiledExecutor } from '../execution/executors.ts';
import { createMockGraph } from '../execution/mock-graph.ts';
import { calm, createMockSubgraph } from '../execution/mock-subgraph.ts';
import { eventually } from '../kit/eventually.ts';
import { type Json, problemsOf } from './answer-checker.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';
import { type HostileSubgraph, honestReply, startHostileSubgraph } from './hostile-subgraph.ts';

const SCHEMAS = {
  catalog: `
    type Query { goods: [Product!]! }
    type Product @key(fields: "id") { id: ID! name: String! }`,
  reviews: `
    scalar JSON
    type Query { best: Review latest: [Item!] count: Int! }
    interface Item { id: ID! }
    type Note implements Item { id: ID! text: String! }
    type Review implements Item {
      id: ID!
      text: String!
      stars: Int!
      score: Float
      isPublic: Boolean
      mood: Mood
      tags: [String!]
      grid: [[Int!]!]
      extra: JSON
      facts: JSON!
      author: Author!
    }
    type Author { name: String! age: Int }
    enum Mood { GLAD SAD }
    type Product @key(fields: "id") { id: ID! rating: Float favourite: Review related: [Product!] }`,
};

const REVIEW = `fragment Whole on Review {
  id text stars score isPublic mood tags grid extra facts author { name age }
}`;

/** What is asked of the hostile subgraph: root fields, next to those of the honest one, or fields of the honest one's entities. */
export const operations = {
  'root fields': `{
    goods { id name }
    best { ...Whole }
    latest { __typename id ... on Note { text } ...Whole }
  } ${REVIEW}`,
  entities: `{
    goods { id name rating favourite { ...Whole } related { id name } }
  } ${REVIEW}`,
  'entities in two places': `{
    goods { id name rating favourite { ...Whole } related { id name } }
    again: goods { id name rating favourite { ...Whole } related { id name } }
  } ${REVIEW}`,
};

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations) as readonly OperationName[];

/** An answer whose form has been checked. */
export interface CheckedAnswer {
  data: { goods: Json[]; again?: Json[]; best?: unknown; latest?: unknown };
  errors: { message: string; path?: (string | number)[]; extensions: Json }[];
  /** What is wrong with its form; nothing is, if all is well. */
  problems: string[];
}

/** A gateway, in a process of its own, over a subgraph that does as it should and one that does what a test wants. */
export interface HostileScene {
  gateway: GatewayProcess;
  reviews: HostileSubgraph;
  schema: GraphQLSchema;
  /** What the gateway answers while nobody does wrong. */
  right: Readonly<Record<OperationName, CheckedAnswer>>;
  ask(operation: OperationName): Promise<CheckedAnswer>;
  /** @throws Error unless the gateway was alive until now */
  stop(): Promise<void>;
}

/**
 * @param timeoutMs how long the gateway waits for a subgraph
 * @throws Error when it does not answer as it should before anything is done to it
 */
export async function startHostileScene(timeoutMs: number): Promise<HostileScene> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-hostile-'));
  const graph = await createMockGraph(SCHEMAS);
  const { schema } = createCompiledExecutor(graph);
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, graph.supergraphSdl);
  const start = (name: keyof typeof SCHEMAS) =>
    startHostileSubgraph(createMockSubgraph(name, SCHEMAS[name], () => calm).answer);
  const [catalog, reviews] = await Promise.all([start('catalog'), start('reviews')]);
  const gateway = await startGatewayProcess(['--supergraph', supergraphFile, '--port', '0'], {
    SUBGRAPH_URL_CATALOG: catalog.url,
    SUBGRAPH_URL_REVIEWS: reviews.url,
    TRIBUTARY_SUBGRAPH_TIMEOUT_MS: String(timeoutMs),
  });
  const documents = Object.fromEntries(
    Object.entries(operations).map(([name, query]) => [name, parse(query)]),
  ) as Record<OperationName, DocumentNode>;
  async function ask(operation: OperationName): Promise<CheckedAnswer> {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: operations[operation] }),
    });
    const text = await response.text();
    const problems = response.status === 200 ? [] : [`HTTP ${response.status}: ${text.slice(0, 1_000)}`];
    const answer = JSON.parse(text);
    problems.push(...problemsOf(answer, schema, documents[operation]));
    return { data: answer.data, errors: answer.errors ?? [], problems };
  }

  async function askRight(operation: OperationName): Promise<[OperationName, CheckedAnswer]> {
    const answer = await ask(operation);
    if (answer.errors.length + answer.problems.length === 0) return [operation, answer];
    throw new Error(`the scene is not as it should be: ${JSON.stringify(answer)}`);
  }

  const right = await Promise.all(operationNames.map(askRight));
  return {
    gateway,
    reviews,
    schema,
    right: Object.fromEntries(right) as Record<OperationName, CheckedAnswer>,
    ask,
    async stop() {
      const exitCode = await gateway.stop();
      await Promise.all([catalog.stop(), reviews.stop(), rm(folder, { recursive: true })]);
      if (exitCode !== 0) throw new Error(`the gateway ended with ${exitCode}`);
    },
  };
}

/** Lets the subgraph answer as it should again, and finds the gateway alive and well. */
export async function expectPeace(scene: HostileScene): Promise<void> {
  scene.reviews.reply = honestReply;
  // It may have failed so often that it is asked nothing until a probe finds it well.
  await eventually(
    () => scene.ask('root fields'),
    ({ errors }) => errors.length === 0,
  );
  for (const operation of operationNames) expect(await scene.ask(operation)).toEqual(scene.right[operation]);
}

/** Asks in a way that involves the hostile subgraph, and expects all of the right answer but its part, and an error that says so. */
export async function expectFailedFetch(scene: HostileScene, operation: OperationName, code: string): Promise<void> {
  const { data, errors, problems } = await scene.ask(operation);
  expect(problems).toEqual([]);
  const paths = {
    'root fields': [['best'], ['latest']],
    entities: [['goods', 0]],
    'entities in two places': twoPlaces,
  };
  expect({ data, errors: errors.map(({ path, extensions }) => ({ path, extensions })) }).toEqual({
    data: withoutReviews(scene, operation),
    errors: paths[operation].map((path) => ({ path, extensions: { code, service: 'reviews' } })),
  });
}

const twoPlaces = [
  ['goods', 0],
  ['again', 0],
];

/** What is left of the right answer when the hostile subgraph has given nothing. */
export function withoutReviews({ right }: HostileScene, operation: OperationName): CheckedAnswer['data'] {
  const { goods } = right['root fields'].data;
  if (operation === 'root fields') return { goods, best: null, latest: null };
  const bare = goods.map((product) => ({ ...product, rating: null, favourite: null, related: null }));
  return operation === 'entities' ? { goods: bare } : { goods: bare, again: bare };
}
