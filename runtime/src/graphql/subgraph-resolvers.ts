import type { GraphQLResolveInfo, GraphQLScalarType } from 'graphql';

// Method syntax makes parameters bivariant: a resolver states the source and argument types that the schema guarantees it,
// which no type here could know.
type FieldResolver<Context> = {
  resolve(source: unknown, args: unknown, context: Context, info: GraphQLResolveInfo): unknown;
}['resolve'];

/** `__resolveReference` and `__resolveType` take no arguments of a field. */
type ReferenceResolver<Context> = {
  resolve(reference: unknown, context: Context, info: GraphQLResolveInfo): unknown;
}['resolve'];

/** Resolvers by type and field, values of enums, and scalars. */
export interface SubgraphResolvers<Context> {
  readonly [typeName: string]:
    | { readonly [fieldName: string]: FieldResolver<Context> | ReferenceResolver<Context> }
    | { readonly [enumValue: string]: string | number }
    | GraphQLScalarType;
}
