import { buildASTSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { forgetSyntax } from './forget-syntax.ts';

/** What there is to know of a supergraph besides how to plan. */
export interface SupergraphSchemas extends SupergraphNames {
  /** What clients see. */
  apiSchema: GraphQLSchema;
  /** All there is, as `bareDefinitions` has it. */
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
  return {
    apiSchema: buildPrinted(parsePrinted(api)),
    supergraphSchema: buildPrinted(parsePrinted(supergraph)),
    ...names,
  };
}

/** The first half of making a schema of one of the texts of `PrintedSchemas`. */
export function parsePrinted(sdl: string): DocumentNode {
  return parse(sdl, { noLocation: true });
}

/** The other half; the text has been validated. */
export function buildPrinted(document: DocumentNode): GraphQLSchema {
  const schema = buildASTSchema(document, { assumeValidSDL: true });
  forgetSyntax(schema);
  return schema;
}
