import { buildASTSchema, type GraphQLSchema, parse } from 'graphql';

/** What there is to know of a supergraph besides how to plan. */
export interface SupergraphSchemas extends SupergraphNames {
  /** What clients see. */
  apiSchema: GraphQLSchema;
  /** All there is. */
  supergraphSchema: GraphQLSchema;
}

/** As another thread can be sent them: both schemas are texts. */
export interface PrintedSchemas extends SupergraphNames {
  readonly api: string;
  readonly supergraph: string;
}

interface SupergraphNames {
  /** The names that subgraphs know required fields by, where plans have others. */
  readonly requiredFieldNames: ReadonlyMap<string, string>;
  /** As `plannerNamesOf` has them. */
  readonly plannerNames: ReadonlySet<string>;
  /** As `computedFieldsOf` has them. */
  readonly computedFields: ReadonlySet<string>;
}

/** Makes schemas of what `printSchemas` has read. */
export function schemasOf({ api, supergraph, ...names }: PrintedSchemas): SupergraphSchemas {
  return { apiSchema: schemaOf(api), supergraphSchema: schemaOf(supergraph), ...names };
}

/** A schema of one of the texts of `PrintedSchemas`, which have been validated. */
export function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl, { noLocation: true }), { assumeValidSDL: true });
}
