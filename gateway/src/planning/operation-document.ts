import { hash } from 'node:crypto';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from 'graphql';

/**
 * The operation of a document that is to be executed, with the fragments that it uses and nothing else, in an order that does
 * not depend on the document's.
 * @param operationName needed only where there are several operations
 * @returns `undefined` when there is no such operation
 */
export function selectOperation(document: DocumentNode, operationName: string | undefined): DocumentNode | undefined {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const [operation, ...others] = operations.filter(
    ({ name }) => operationName === undefined || name?.value === operationName,
  );
  if (!operation || others.length > 0) return undefined;
  const used = fragmentsUsedBy(operation, fragments);
  used.sort((a, b) => (a.name.value < b.name.value ? -1 : 1));
  return { kind: Kind.DOCUMENT, definitions: [operation, ...used] };
}

/** Equal for documents of `selectOperation` that differ in nothing but white space and comments. */
export function operationHash(selected: DocumentNode): string {
  return hash('sha256', print(selected), 'base64url');
}

function fragmentsUsedBy(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const used = new Set<FragmentDefinitionNode>();
  const add = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || used.has(fragment)) return;
        used.add(fragment);
        add(fragment);
      },
    });
  add(operation);
  return [...used];
}
