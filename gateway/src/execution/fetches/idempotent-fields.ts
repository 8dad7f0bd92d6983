import {
  type DocumentNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type SelectionNode,
} from 'graphql';

/** The field of an input by which a schema says that a mutation acts once for each key, which may come as a header instead. */
const KEY_FIELD = 'idempotencyKey';

/**
 * Whether all that a fetch changes is changed once for each idempotency key: each of its root fields has an argument whose input type
 * has a field `idempotencyKey`.
 * @param document one mutation
 */
export function takesIdempotencyKey(document: DocumentNode, schema: GraphQLSchema): boolean {
  const mutation = schema.getMutationType();
  if (!mutation) return false;
  return document.definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION ||
      definition.selectionSet.selections.every((selection) => selectionTakesKey(selection, mutation)),
  );
}

function selectionTakesKey(selection: SelectionNode, mutation: GraphQLObjectType): boolean {
  switch (selection.kind) {
    case Kind.FIELD:
      return selection.name.value === '__typename' || fieldTakesKey(selection.name.value, mutation);
    case Kind.INLINE_FRAGMENT:
      return selection.selectionSet.selections.every((child) => selectionTakesKey(child, mutation));
    // The planner makes none at a root; what it stands for would be elsewhere, and not to send it again is never wrong.
    case Kind.FRAGMENT_SPREAD:
      return false;
  }
}

function fieldTakesKey(name: string, mutation: GraphQLObjectType): boolean {
  const { args = [] } = mutation.getFields()[name] ?? {};
  return args.some(({ type }) => {
    const input = getNamedType(type);
    return isInputObjectType(input) && Object.hasOwn(input.getFields(), KEY_FIELD);
  });
}
