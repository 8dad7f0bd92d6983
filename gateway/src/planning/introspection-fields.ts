import { BREAK, type DocumentNode, type FieldNode, Kind, visit } from 'graphql';

const TYPE_NAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * A document that asks `__schema` and `__type` for nothing but their type names. No subgraph answers them, and the planner knows
 * an older introspection than graphql-js does (`isOneOf` is unknown to it). Fragments may be left over.
 */
export function withoutIntrospection(document: DocumentNode): DocumentNode {
  return visit(document, {
    Field(field) {
      if (!isIntrospection(field)) return undefined;
      return { ...field, selectionSet: { kind: Kind.SELECTION_SET, selections: [TYPE_NAME] } };
    },
  });
}

/** Whether any operation or fragment of a document asks for the schema itself. */
export function asksForSchema(document: DocumentNode): boolean {
  let isFound = false;
  visit(document, {
    Field(field) {
      isFound = isIntrospection(field);
      return isFound ? BREAK : undefined;
    },
  });
  return isFound;
}

function isIntrospection({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}
