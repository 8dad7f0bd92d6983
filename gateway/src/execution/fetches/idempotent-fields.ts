import { type DocumentNode, Kind, type SelectionNode } from 'graphql';
import type { SupergraphTypes } from '../supergraph-types.ts';

type IdempotentMutations = SupergraphTypes['idempotentMutations'];

/**
 * Whether all that a fetch changes is changed once for each idempotency key.
 * @param document one mutation
 */
export function takesIdempotencyKey(document: DocumentNode, { idempotentMutations }: SupergraphTypes): boolean {
  return document.definitions.every(
    (definition) =>
      definition.kind !== Kind.OPERATION_DEFINITION ||
      definition.selectionSet.selections.every((selection) => selectionTakesKey(selection, idempotentMutations)),
  );
}

function selectionTakesKey(selection: SelectionNode, idempotent: IdempotentMutations): boolean {
  switch (selection.kind) {
    case Kind.FIELD:
      return selection.name.value === '__typename' || idempotent.has(selection.name.value);
    case Kind.INLINE_FRAGMENT:
      return selection.selectionSet.selections.every((child) => selectionTakesKey(child, idempotent));
    // The planner makes none at a root; what it stands for would be elsewhere, and not to send it again is never wrong.
    case Kind.FRAGMENT_SPREAD:
      return false;
  }
}
