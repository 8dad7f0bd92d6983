import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse, print } from 'graphql';
import type { ClientNames } from '../execution/client-names.ts';
import { plannerRefusal, queryPlannerConfig } from '../limits/planner-limits.ts';
import { separateClientNames } from './client-aliases.ts';
import { plannerNamesOf } from './planner-names.ts';
import { separateRequiredArguments } from './required-arguments.ts';
import { restoreRequiredFields } from './restore-required-fields.ts';
import { withoutUnresolvableKeys } from './unresolvable-keys.ts';

/** A plan and the operation that it is for, which may have other response keys than the client's. */
export interface PlannedOperation {
  plan: QueryPlan;
  document: DocumentNode;
  clientNames: ClientNames;
}

/** Plans operations over one supergraph with Apollo's planner. */
export interface OperationPlanner {
  /** What clients see. */
  apiSchema: GraphQLSchema;
  /** All there is. */
  supergraphSchema: GraphQLSchema;
  /** The names that subgraphs know required fields by, where plans have others. */
  requiredFieldNames: ReadonlyMap<string, string>;
  /**
   * @param document one operation with its fragments, valid for the API schema
   * @throws CodedError OPERATION_TOO_LARGE when there are too many ways to plan it; GraphQLError when the planner refuses it
   */
  plan(document: DocumentNode): Promise<PlannedOperation>;
}

/** @throws Error saying what is wrong with the supergraph */
export function createQueryPlanner(supergraphSdl: string): OperationPlanner {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: true });
  const composed = parse(supergraphSdl, { noLocation: true });
  const resolvable = withoutUnresolvableKeys(composed);
  const separated = separateRequiredArguments(resolvable);
  const plannerNames = plannerNamesOf(separated.document);
  const plannedSupergraph =
    separated.requiredFields.size === 0 && resolvable === composed
      ? supergraph
      : Supergraph.build(print(separated.document), { validateSupergraph: false });
  const planner = new QueryPlanner(plannedSupergraph, queryPlannerConfig);
  const plannedSchema = plannedSupergraph.apiSchema();
  return {
    apiSchema: supergraph.apiSchema().toGraphQLJSSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    requiredFieldNames: new Map([...separated.requiredFields].map(([name, required]) => [name, required.name])),
    async plan(document) {
      const operation = separateClientNames(document, plannerNames);
      const parsed = operationFromDocument(plannedSchema, operation.document, { validate: false });
      try {
        return { ...operation, plan: restoreRequiredFields(planner.buildQueryPlan(parsed), separated) };
      } catch (error) {
        throw plannerRefusal(error) ?? error;
      }
    },
  };
}
