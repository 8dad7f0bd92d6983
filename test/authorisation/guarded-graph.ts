import { deepStrictEqual } from 'node:assert/strict';
import type { AccessRules } from '@tributary/gateway/authorisation/access-rules';
import type { UnauthorisedMode } from '@tributary/gateway/authorisation/authoriser';
import type { Policies } from '@tributary/gateway/authorisation/policies';
import type { ExecutionRequest } from '@tributary/gateway/execution/compiled-operation';
import type { AnswerError } from '@tributary/gateway/execution/failure-log';
import { buildApiSchema } from '@tributary/gateway/planning/build-api-schema';
import { compileSupergraph } from '@tributary/gateway/planning/compiled-supergraph';
import { createQueryPlanner } from '@tributary/gateway/planning/query-planner';
import { readSupergraph } from '@tributary/gateway/planning/read-supergraph';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { createMockGraph } from '../execution/mock-graph.ts';

export interface GuardedAnswer {
  readonly data: unknown;
  readonly errors: readonly AnswerError[];
  /** The operations that subgraphs were sent, as `subgraph: text`. */
  readonly sent: readonly string[];
  readonly decisionKey: string;
}

/** A small graph of mocked subgraphs whose authorisation is enforced. */
export interface GuardedGraph {
  /** @throws AssertionError when the answer as text is another one */
  ask(query: string, viewer?: Viewer | null, variables?: Record<string, unknown>): Promise<GuardedAnswer>;
  /** How many operations were planned so far. */
  planned(): number;
  readonly schema: GraphQLSchema;
  readonly rules: AccessRules;
}

/** @param schemas of subgraphs by name, as `createMockGraph` takes them */
export async function createGuardedGraph(
  schemas: Readonly<Record<string, string>>,
  { policies = new Map(), unauthorised = 'remove' }: { policies?: Policies; unauthorised?: UnauthorisedMode } = {},
): Promise<GuardedGraph> {
  const graph = await createMockGraph(schemas);
  const { rules, supergraphSdl } = graph;
  if (!rules) throw new Error('these schemas protect nothing');
  const { facts, built } = readSupergraph(supergraphSdl);
  const plan = createQueryPlanner(facts.sdl, built);
  let planned = 0;
  const supergraph = compileSupergraph({
    facts: { ...facts, accessRules: rules },
    apiSchema: buildApiSchema(facts),
    planner: {
      async plan(operation) {
        planned++;
        return plan(operation);
      },
    },
    cacheLimitBytes: 32 * 2 ** 20,
    authorisation: { policies, unauthorised, onPolicyFailure: () => undefined },
  });
  return {
    planned: () => planned,
    schema: supergraph.apiSchema,
    rules,
    async ask(query, viewer = null, variables = {}) {
      const document = parse(query);
      const [invalid] = validate(supergraph.apiSchema, document);
      if (invalid) throw invalid;
      const operation = await supergraph.operation(document, undefined, viewer);
      graph.requests.length = 0;
      const request: ExecutionRequest = { variables, transport: ({ subgraph, body }) => graph.send(subgraph, body) };
      const { data, errors } = await operation.execute(request);
      const sent = graph.requests.map(({ subgraph, body }) => `${subgraph}: ${JSON.parse(body).query}`);
      const written = await operation.executeToText(request);
      deepStrictEqual([written.dataText, written.errors], [JSON.stringify(data), errors]);
      return { data, errors, sent, decisionKey: operation.decisionKey };
    },
  };
}

/** Somebody with a token of these scopes. */
export function viewerWith(...scopes: string[]): Viewer {
  return { userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes };
}
