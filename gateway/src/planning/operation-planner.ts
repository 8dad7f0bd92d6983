import type { QueryPlan } from '@apollo/query-planner';

/** Plans operations over one supergraph. */
export interface OperationPlanner {
  /**
   * @param operation the text of one operation with its fragments, valid for the API schema, without a question about the schema
   * @throws CodedError when the operation takes too much to be planned, or nobody has time to plan it
   */
  plan(operation: string): Promise<QueryPlan>;
}
