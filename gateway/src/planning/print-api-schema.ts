import { type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';

/** A schema as text for tools such as code generators; its order is that of names, so that two versions are easy to compare. */
export function printApiSchema(schema: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
