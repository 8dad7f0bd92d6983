import type { GraphQLSchema } from 'graphql';
import { buildApiSchema } from './build-api-schema.ts';
import { readSupergraph } from './read-supergraph.ts';

/**
 * The schema that clients see, out of a composed supergraph.
 *
 * @throws Error saying what is wrong with the supergraph
 */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  return buildApiSchema(readSupergraph(supergraphSdl).facts);
}
