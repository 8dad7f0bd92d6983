import { type DirectiveNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';

/** The selections of a field set as federation's directives have them (`id organisation { id }`). */
export function parseFieldSet(text: string): SelectionSetNode {
  const { definitions } = parse(`{${text}}`, { noLocation: true });
  const [operation] = definitions as readonly OperationDefinitionNode[];
  if (!operation) throw new TypeError(`"${text}" is no field set`);
  return operation.selectionSet;
}

/** A directive's argument when it is a string. */
export function stringArgument(directive: DirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}
