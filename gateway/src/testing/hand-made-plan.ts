import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { buildSchema, parse } from 'graphql';
import { type Answer, type CompiledOperation, compileOperation } from '../execution/compiled-operation.ts';
import type { SubgraphRequest, SubgraphTransport } from '../execution/fetches/subgraph-request.ts';
import { supergraphTypesOf } from '../execution/supergraph-types.ts';
import { readSubgraphAnswer } from '../subgraph-fetch/subgraph-answer.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';

/** A request that a plan sent, parsed. */
export interface SentRequest extends Omit<SubgraphRequest, 'body'> {
  query: string;
  variables: Record<string, unknown>;
}

/** What a subgraph answers: an object or JSON text, or that it fails. */
export type PlannedReply = object | string | 'fails';

/** An operation whose plan and subgraphs a test has made. */
export interface HandMadeOperation {
  operation: CompiledOperation;
  requests: SentRequest[];
  /** To the subgraphs, for executing the operation in another way. */
  transport: SubgraphTransport;
  execute(variables?: Record<string, unknown>): Promise<Answer>;
}

/**
 * @param schema what clients see and what there is, in one
 * @param reply decides what a subgraph answers
 */
export function makeOperation(options: {
  schema: string;
  query: string;
  plan?: PlanNode;
  reply?: (request: SentRequest) => PlannedReply | Promise<PlannedReply>;
  clientNames?: ReadonlyMap<string, string>;
}): HandMadeOperation {
  const schema = buildSchema(options.schema);
  const requests: SentRequest[] = [];
  const operation = compileOperation({
    document: parse(options.query),
    plan: { kind: 'QueryPlan', ...(options.plan && { node: options.plan }) },
    apiSchema: schema,
    types: supergraphTypesOf(schema),
    clientNames: options.clientNames ?? new Map(),
    requiredFieldNames: new Map(),
  });
  const transport: SubgraphTransport = async ({ body, ...request }) => {
    const sent = { ...request, ...(JSON.parse(body) as Pick<SentRequest, 'query' | 'variables'>) };
    requests.push(sent);
    const reply = (await options.reply?.(sent)) ?? {};
    if (reply === 'fails') throw new SubgraphFailure('SUBGRAPH_TIMEOUT', sent.subgraph, new Error('too late'));
    const text = typeof reply === 'string' ? reply : JSON.stringify(reply);
    return { answer: readSubgraphAnswer(text, { status: 200, service: sent.subgraph }), responseBytes: text.length };
  };
  return {
    operation,
    requests,
    transport,
    execute: (variables = {}) => operation.execute({ variables, transport }),
  };
}

/** A fetch of root fields. */
export function rootFetch(serviceName: string, operation: string, more: Partial<FetchNode> = {}): FetchNode {
  const operationKind = (operation.startsWith('mutation') ? 'mutation' : 'query') as FetchNode['operationKind'];
  return { kind: 'Fetch', serviceName, operation, operationKind, operationName: undefined, ...more };
}

/** A fetch of fields of a type's entities at a path, which are found by their `id`. */
export function entityFetch(
  serviceName: string,
  path: readonly (string | number)[],
  type: string,
  fields: string,
  more: Partial<FetchNode> = {},
): PlanNode {
  const requires: QueryPlanSelectionNode[] = [
    {
      kind: 'InlineFragment',
      typeCondition: type,
      selections: [
        { kind: 'Field', name: '__typename' },
        { kind: 'Field', name: 'id' },
      ],
    },
  ];
  const operation = `query($representations:[_Any!]!){_entities(representations:$representations){...on ${type}{${fields}}}}`;
  return { kind: 'Flatten', path: [...path], node: rootFetch(serviceName, operation, { requires, ...more }) };
}
