import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import { queryPlannerConfig } from '../limits/query-planner-config.ts';
import { separateRequiredArguments } from './required-arguments.ts';
import { restoreRequiredFields } from './restore-required-fields.ts';
import { withoutUnresolvableKeys } from './unresolvable-keys.ts';

/**
 * Apollo's planner over a supergraph: it is heavy to make and to have, and blocks its thread while it plans.
 * @param supergraphSdl one without directives of authorisation, as `SupergraphFacts` has it
 * @param built the same, built: its schema is used where it is planned for as it was composed
 * @returns plans the text of an operation; throws what `plannerRefusal` knows when there are too many ways to plan it
 */
export function createQueryPlanner(supergraphSdl: string, built?: Supergraph): (operation: string) => QueryPlan {
  const composed = parse(supergraphSdl, { noLocation: true });
  const resolvable = withoutUnresolvableKeys(composed);
  const separated = separateRequiredArguments(resolvable);
  const isAsComposed = resolvable === composed && separated.requiredFields.size === 0;
  // What is extracted from it for the subgraphs is not validated either way: the supergraph has been.
  const supergraph =
    isAsComposed && built
      ? new Supergraph(built.schema, undefined, false)
      : Supergraph.build(print(separated.document), { validateSupergraph: false });
  const planner = new QueryPlanner(supergraph, queryPlannerConfig);
  const schema = supergraph.apiSchema();
  return (operation) => {
    const document = parse(operation, { noLocation: true });
    const parsed = operationFromDocument(schema, document, { validate: false });
    return restoreRequiredFields(planner.buildQueryPlan(parsed), separated);
  };
}
