import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { readProtectedSupergraph } from '../authorisation/protected-supergraph.ts';
import { readSupergraph } from './supergraph-schemas.ts';

/**
 * The schema that clients see, out of a composed supergraph.
 *
 * @throws Error saying what is wrong with the supergraph
 */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  return readSupergraph(readProtectedSupergraph(supergraphSdl).sdl).apiSchema;
}

/** A schema as text for tools such as code generators; its order is that of names, so that two versions are easy to compare. */
export function printApiSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
