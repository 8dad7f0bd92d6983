import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
  parse,
  print,
  validate,
} from 'graphql';
import { defaultCostLimits } from '../cost/cost-limits.ts';
import { explainedCost } from '../cost/explained-cost.ts';
import { OperationCost } from '../cost/operation-cost.ts';
import { buildApiSchema } from '../planning/build-api-schema.ts';
import { selectOperation } from '../planning/operation-document.ts';
import { createQueryPlanner } from '../planning/query-planner.ts';
import { readSupergraph } from '../planning/read-supergraph.ts';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import { deriveQuery } from '../subscriptions/derived-query.ts';
import type { SubscriptionFields } from '../subscriptions/subscription-fields.ts';
import type { ExplainedCost } from './explain-recorder.ts';
import { outlinePlan, type PlanOutline } from './plan-outline.ts';

/** What executing an operation would take. */
export interface OperationOutlook {
  /** `query CheapestProducts` */
  readonly title: string;
  readonly plan: PlanOutline;
  readonly cost: ExplainedCost;
}

export interface OutlookRequest {
  readonly supergraphSdl: string;
  /** A document of GraphQL. */
  readonly operation: string;
  /** Which one, where it has several. */
  readonly operationName?: string | undefined;
  readonly variables: Readonly<JsonObject>;
}

/**
 * Plans and weighs an operation without executing it, as for a viewer who may see everything.
 *
 * @throws GraphQLError for what is not GraphQL; AggregateError of them for what is not valid; what planners throw
 */
export function outlookFor({ supergraphSdl, operation, operationName, variables }: OutlookRequest): OperationOutlook {
  const { facts, built } = readSupergraph(supergraphSdl);
  const { sdl, costRules: rules, subscriptions } = facts;
  if (subscriptions.mistake !== undefined) throw new Error(subscriptions.mistake);
  const apiSchema = buildApiSchema(facts);
  const document = parse(operation);
  const problems = validate(apiSchema, document);
  if (problems.length > 0) throw new AggregateError(problems, 'the operation is not valid for the schema');
  const selected = selectOne(document, operationName);
  const executed = executedQuery(selected, { schema: apiSchema, fields: subscriptions.fields });
  const cost = new OperationCost(executed, { schema: apiSchema, rules, listSize: defaultCostLimits.listSize });
  return {
    title: executed === selected ? titleOf(selected) : `${titleOf(selected)}, for each event`,
    plan: outlinePlan(createQueryPlanner(sdl, built)(print(executed))),
    cost: explainedCost(cost.estimate(variables), rules.subgraphs),
  };
}

function selectOne(document: DocumentNode, operationName: string | undefined): DocumentNode {
  const selected = selectOperation(document, operationName);
  if (selected) return selected;
  throw new GraphQLError(
    operationName === undefined
      ? 'name one of the operations: there are several'
      : `there is no operation ${operationName}`,
  );
}

/** Of a subscription, what is executed for each of its events. */
function executedQuery(
  selected: DocumentNode,
  options: { schema: GraphQLSchema; fields: SubscriptionFields },
): DocumentNode {
  const isSubscription = getOperationAST(selected)?.operation === OperationTypeNode.SUBSCRIPTION;
  return (isSubscription && deriveQuery(selected, undefined, options)?.document) || selected;
}

function titleOf(document: DocumentNode): string {
  const { operation = 'query', name } = getOperationAST(document) ?? {};
  return name ? `${operation} ${name.value}` : operation;
}
