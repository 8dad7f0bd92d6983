import { Supergraph } from '@apollo/federation-internals';
import { type GraphQLSchema, parse } from 'graphql';
import { computedFieldsOf } from './conditions-apart.ts';
import { plannerNamesOf } from './planner-names.ts';
import { separateRequiredArguments } from './required-arguments.ts';

/** What there is to know of a supergraph besides how to plan. */
export interface SupergraphSchemas {
  /** What clients see. */
  apiSchema: GraphQLSchema;
  /** All there is. */
  supergraphSchema: GraphQLSchema;
  /** The names that subgraphs know required fields by, where plans have others. */
  requiredFieldNames: ReadonlyMap<string, string>;
  /** As `plannerNamesOf` has them. */
  plannerNames: ReadonlySet<string>;
  /** As `computedFieldsOf` has them. */
  computedFields: ReadonlySet<string>;
}

/** @throws Error saying what is wrong with the supergraph */
export function readSupergraph(supergraphSdl: string): SupergraphSchemas {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: true });
  const separated = separateRequiredArguments(parse(supergraphSdl, { noLocation: true }));
  return {
    apiSchema: supergraph.apiSchema().toGraphQLJSSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    requiredFieldNames: new Map([...separated.requiredFields].map(([name, required]) => [name, required.name])),
    plannerNames: plannerNamesOf(separated.document),
    computedFields: computedFieldsOf(separated.document),
  };
}
