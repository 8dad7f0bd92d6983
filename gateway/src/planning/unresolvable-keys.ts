import { type ConstDirectiveNode, type DefinitionNode, type DocumentNode, Kind } from 'graphql';

/**
 * A subgraph can declare that it has no resolver for one of an entity's keys (`resolvable: false`). The planner never enters a
 * subgraph by such a key, but where it comes back for a field with `@requires` it takes the first key that there is, whatever it
 * says, and gets nothing. Here those keys are left out wherever the subgraph has one that it resolves.
 * @param supergraph as composition makes it
 * @returns the same document when it has nothing to leave out
 */
export function withoutUnresolvableKeys(supergraph: DocumentNode): DocumentNode {
  const definitions = supergraph.definitions.map(withoutKeysOf);
  const isSame = definitions.every((definition, index) => definition === supergraph.definitions[index]);
  return isSame ? supergraph : { ...supergraph, definitions };
}

function withoutKeysOf(definition: DefinitionNode): DefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) {
    return definition;
  }
  const keys = (definition.directives ?? []).filter(isKey);
  const resolving = new Set(keys.filter((key) => !isUnresolvable(key)).map(graphOf));
  const useless = new Set(keys.filter((key) => isUnresolvable(key) && resolving.has(graphOf(key))));
  if (useless.size === 0) return definition;
  return { ...definition, directives: definition.directives?.filter((directive) => !useless.has(directive)) ?? [] };
}

function isKey(directive: ConstDirectiveNode): boolean {
  return directive.name.value === 'join__type' && argumentOf(directive, 'key') !== undefined;
}

function isUnresolvable(key: ConstDirectiveNode): boolean {
  const value = argumentOf(key, 'resolvable');
  return value?.kind === Kind.BOOLEAN && !value.value;
}

function graphOf(key: ConstDirectiveNode): string | undefined {
  const value = argumentOf(key, 'graph');
  return value?.kind === Kind.ENUM ? value.value : undefined;
}

function argumentOf({ arguments: args = [] }: ConstDirectiveNode, name: string) {
  return args.find((argument) => argument.name.value === name)?.value;
}
