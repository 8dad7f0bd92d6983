import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql';

/**
 * The type names whose objects satisfy a type condition: the type itself and, for an abstract one, everything below it. Other
 * interfaces are among them, since an interface object answers with the name of its interface.
 */
export function namesSatisfying(condition: string, schema: GraphQLSchema): ReadonlySet<string> {
  const names = new Set([condition]);
  const type = schema.getType(condition);
  if (!isAbstractType(type)) return names;
  for (const candidate of Object.values(schema.getTypeMap())) {
    if ((isObjectType(candidate) || isInterfaceType(candidate)) && schema.isSubType(type, candidate)) {
      names.add(candidate.name);
    }
  }
  return names;
}
