import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';

/** Plans operations over one supergraph with Apollo's planner. */
export interface OperationPlanner {
  /** What clients see. */
  apiSchema: GraphQLSchema;
  /** All there is. */
  supergraphSchema: GraphQLSchema;
  /**
   * @param document one operation with its fragments, valid for the API schema
   * @throws GraphQLError when the planner refuses it
   */
  plan(document: DocumentNode): Promise<QueryPlan>;
}

/** @throws Error saying what is wrong with the supergraph */
export function createQueryPlanner(supergraphSdl: string): OperationPlanner {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: true });
  const planner = new QueryPlanner(supergraph);
  const apiSchema = supergraph.apiSchema();
  return {
    apiSchema: apiSchema.toGraphQLJSSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    async plan(document) {
      return planner.buildQueryPlan(operationFromDocument(apiSchema, document, { validate: false }));
    },
  };
}
