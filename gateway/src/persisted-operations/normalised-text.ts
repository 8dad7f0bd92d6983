import { type DefinitionNode, type DocumentNode, Kind, print } from 'graphql';

/**
 * Equal for documents that differ in nothing but white space, comments, commas, and the order of operations and fragments, as in
 * Apollo's router: clients put fragments together in an order of their own. The order of fields counts.
 */
export function normalisedText(document: DocumentNode): string {
  const definitions = document.definitions.map((definition) => ({ key: sortKey(definition), definition }));
  definitions.sort((a, b) => (a.key < b.key ? -1 : 1));
  return print({ ...document, definitions: definitions.map(({ definition }) => definition) });
}

function sortKey(definition: DefinitionNode): string {
  const name = 'name' in definition ? (definition.name?.value ?? '') : '';
  return `${definition.kind === Kind.FRAGMENT_DEFINITION ? 1 : 0} ${name}`;
}
