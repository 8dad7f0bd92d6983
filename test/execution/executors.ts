import { deepStrictEqual } from 'node:assert';
import type { ExecutionRequest } from '@tributary/gateway/execution/compiled-operation';
import type { AnswerError } from '@tributary/gateway/execution/failure-log';
import { buildApiSchema } from '@tributary/gateway/planning/build-api-schema';
import { compileSupergraph } from '@tributary/gateway/planning/compiled-supergraph';
import { createQueryPlanner } from '@tributary/gateway/planning/query-planner';
import { readSupergraph } from '@tributary/gateway/planning/read-supergraph';
import type { ReceivedAnswer, SubgraphClient } from '@tributary/gateway/subgraph-fetch/subgraph-client';
import { createApolloGateway } from '@tributary/gateway/supergraph/apollo-gateway';
import { createLogger } from '@tributary/runtime/logging/logger';
import { type DocumentNode, type GraphQLSchema, getOperationAST } from 'graphql';
import type { MockGraph } from './mock-graph.ts';

export interface ExecutorAnswer {
  data?: unknown;
  errors: readonly AnswerError[];
}

/** Something that executes operations on a mocked graph. */
export interface Executor {
  schema: GraphQLSchema;
  execute(document: DocumentNode, variables?: Record<string, unknown>): Promise<ExecutorAnswer>;
}

const CACHE_LIMIT_BYTES = 32 * 2 ** 20;

/** Our own executor, with a planner that takes the time it takes. */
export function createCompiledExecutor(graph: MockGraph): Executor {
  const { facts, built } = readSupergraph(graph.supergraphSdl);
  const plan = createQueryPlanner(facts.sdl, built);
  const supergraph = compileSupergraph({
    facts,
    apiSchema: buildApiSchema(facts),
    authorisation: 'off',
    planner: { plan: async (operation) => plan(operation) },
    cacheLimitBytes: CACHE_LIMIT_BYTES,
  });
  return {
    schema: supergraph.apiSchema,
    async execute(document, variables = {}) {
      const operation = await supergraph.operation(document, undefined, null);
      const request: ExecutionRequest = { variables, transport: ({ subgraph, body }) => graph.send(subgraph, body) };
      const answer = await operation.execute(request);
      const { dataText, errors } = await operation.executeToText(request);
      // What is compared with the stock executor holds for both forms of an answer.
      deepStrictEqual([dataText, errors.length], [JSON.stringify(answer.data), answer.errors.length]);
      return answer;
    },
  };
}

/**
 * Apollo's executor as the gateway uses it.
 * @param receive what is done to answers before it gets them
 */
export async function createStockExecutor(
  graph: MockGraph,
  receive: (received: ReceivedAnswer) => ReceivedAnswer = (received) => received,
): Promise<Executor> {
  const logger = createLogger({ service: 'stock', level: 'silent' });
  const names = [...graph.supergraphSdl.matchAll(/@join__graph\(name: "([^"]+)"/g)].map(([, name = '']) => name);
  const clientOf = (name: string): SubgraphClient => ({
    name,
    send: async (body) => receive(await graph.send(name, body)),
    stop: async () => undefined,
  });
  const clients = new Map(names.map((name) => [name, clientOf(name)]));
  const gateway = createApolloGateway({ supergraphSdl: graph.supergraphSdl, clients, logger });
  const { executor, schema } = await gateway.load({});
  let operations = 0;
  return {
    schema,
    async execute(document, variables = {}) {
      const operation = getOperationAST(document);
      if (!operation) throw new Error('the document has no operation');
      // What the executor reads of a request; plans are kept by the hash.
      const context = {
        request: { variables },
        document,
        operation,
        operationName: null,
        queryHash: `operation ${operations++}`,
        schema,
        metrics: {},
        context: {},
        source: '',
      };
      const { data, errors = [] } = await executor(context as unknown as Parameters<typeof executor>[0]);
      return { data, errors };
    },
  };
}

/**
 * The stock executor lets the name that a subgraph has for an interface object take the place of the object's own type, and then
 * drops what is selected for that type. Entities keep their types when such a subgraph does not name them.
 */
export function withoutInterfaceNames({ interfaceObjects }: MockGraph): (received: ReceivedAnswer) => ReceivedAnswer {
  return (received) => {
    const entities = received.answer.data?.['_entities'];
    if (!Array.isArray(entities)) return received;
    for (const entity of entities) {
      if (interfaceObjects.has(entity?.__typename)) delete entity.__typename;
    }
    return received;
  };
}
