import { type DefinitionNode, type DocumentNode, isTypeSystemExtensionNode, visit } from 'graphql';

/** An extension, by what it may add besides directives. */
interface Extension {
  readonly kind: string;
  readonly operationTypes?: readonly unknown[];
  readonly interfaces?: readonly unknown[];
  readonly fields?: readonly unknown[];
  readonly values?: readonly unknown[];
  readonly types?: readonly unknown[];
}

/**
 * The types of a schema and what they have, without descriptions and directives: all that an executor asks of a schema. Of a composed
 * supergraph it is a fifth.
 */
export function bareDefinitions(schema: DocumentNode): DocumentNode {
  const bare: DocumentNode = visit(schema, {
    DirectiveDefinition: () => null,
    Directive: () => null,
    StringValue: (_, key) => (key === 'description' ? null : undefined),
  });
  return { ...bare, definitions: bare.definitions.filter((definition) => !isNothingAdded(definition)) };
}

/** An extension that only had directives cannot be written without. */
function isNothingAdded(definition: DefinitionNode): boolean {
  if (!isTypeSystemExtensionNode(definition)) return false;
  const { operationTypes = [], interfaces = [], fields = [], values = [], types = [] }: Extension = definition;
  return [operationTypes, interfaces, fields, values, types].every(({ length }) => length === 0);
}
