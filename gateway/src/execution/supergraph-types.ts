import {
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';

/** The types of a supergraph, those included that clients may not see, as executing asks for them: data that another thread can be sent. */
export interface SupergraphTypes {
  readonly names: ReadonlySet<string>;
  readonly interfaceNames: ReadonlySet<string>;
  /** By the name of an interface or a union: the objects and interfaces below it. */
  readonly namesBelow: ReadonlyMap<string, readonly string[]>;
  /** Mutations that act once for each idempotency key: they have an argument whose input type has a field `idempotencyKey`. */
  readonly idempotentMutations: ReadonlySet<string>;
}

/** The field of an input by which a schema says that a mutation acts once for each key, which may come as a header instead. */
const KEY_FIELD = 'idempotencyKey';

/** @param schema all there is of a supergraph */
export function supergraphTypesOf(schema: GraphQLSchema): SupergraphTypes {
  const types = Object.values(schema.getTypeMap());
  const composites = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  return {
    names: new Set(types.map(({ name }) => name)),
    interfaceNames: new Set(types.filter(isInterfaceType).map(({ name }) => name)),
    namesBelow: new Map(
      types
        .filter(isAbstractType)
        .map((type) => [
          type.name,
          composites.filter((other) => schema.isSubType(type, other)).map(({ name }) => name),
        ]),
    ),
    idempotentMutations: new Set(mutations.filter(takesKey).map(({ name }) => name)),
  };
}

/**
 * The type names whose objects satisfy a type condition: the type itself and, for an abstract one, everything below it. Other
 * interfaces are among them, since an interface object answers with the name of its interface.
 */
export function namesSatisfying(condition: string, { namesBelow }: SupergraphTypes): ReadonlySet<string> {
  return new Set([condition, ...(namesBelow.get(condition) ?? [])]);
}

function takesKey({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ type }) => {
    const input = getNamedType(type);
    return isInputObjectType(input) && Object.hasOwn(input.getFields(), KEY_FIELD);
  });
}
