import { type DocumentNode, visit } from 'graphql';

/**
 * The types of a schema and what they have, without descriptions and directives: all that an executor asks of a schema. Of a composed
 * supergraph it is a fifth.
 */
export function bareDefinitions(schema: DocumentNode): DocumentNode {
  return visit(schema, {
    DirectiveDefinition: () => null,
    Directive: () => null,
    StringValue: (_, key) => (key === 'description' ? null : undefined),
  });
}
