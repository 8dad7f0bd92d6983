import { Supergraph } from '@apollo/federation-internals';
import { buildASTSchema, type GraphQLSchema, parse, print } from 'graphql';
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

/** Both schemas of a supergraph as texts, which another thread can be sent. */
export interface PrintedSchemas {
  readonly api: string;
  readonly supergraph: string;
}

/** @throws Error saying what is wrong with the supergraph */
export function readSupergraph(supergraphSdl: string): SupergraphSchemas {
  return schemasOf(supergraphSdl, printSupergraphSchemas(supergraphSdl));
}

/**
 * The part that takes longest, by far.
 * @throws Error saying what is wrong with the supergraph
 */
export function printSupergraphSchemas(supergraphSdl: string): PrintedSchemas {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: true });
  return { api: print(supergraph.apiSchema().toAST()), supergraph: print(supergraph.schema.toAST()) };
}

/** @param printed of this supergraph */
export function schemasOf(supergraphSdl: string, printed: PrintedSchemas): SupergraphSchemas {
  const separated = separateRequiredArguments(parse(supergraphSdl, { noLocation: true }));
  return {
    apiSchema: schemaOf(printed.api),
    supergraphSchema: schemaOf(printed.supergraph),
    requiredFieldNames: new Map([...separated.requiredFields].map(([name, required]) => [name, required.name])),
    plannerNames: plannerNamesOf(separated.document),
    computedFields: computedFieldsOf(separated.document),
  };
}

/** It has been validated. */
function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValidSDL: true });
}
