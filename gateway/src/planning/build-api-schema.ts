import { buildASTSchema, type GraphQLSchema, parse } from 'graphql';
import { forgetSyntax } from './forget-syntax.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

/** The schema that clients see. */
export function buildApiSchema({ apiSdl }: Pick<SupergraphFacts, 'apiSdl'>): GraphQLSchema {
  const schema = buildASTSchema(parse(apiSdl, { noLocation: true }), { assumeValid: true });
  forgetSyntax(schema);
  return schema;
}
