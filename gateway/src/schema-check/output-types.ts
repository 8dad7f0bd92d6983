import { type GraphQLSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql';

/** The names of all types that a field may answer with. */
export function outputTypesOf(schema: GraphQLSchema): ReadonlySet<string> {
  return new Set(
    Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) || isInterfaceType(type))
      .flatMap((type) => Object.values(type.getFields()))
      .map(({ type }) => getNamedType(type).name),
  );
}
