import { type DirectiveNode, type DocumentNode, type FieldNode, Kind, visit } from 'graphql';
import { stringArgument } from './field-set.ts';

/**
 * The names of fields that a subgraph computes from those of others.
 * @param supergraph as composition makes it
 */
export function computedFieldsOf(supergraph: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(supergraph, {
    FieldDefinition({ name, directives = [] }) {
      if (directives.some(hasRequires)) names.add(name.value);
      return false;
    },
  });
  return names;
}

/**
 * A document in which the conditions of computed fields stand on fragments around them.
 *
 * The planner fetches what a field requires under the field's condition, and takes what all computed fields of an entity require
 * together for what the entity is found by: where the condition leaves one of them out, its requirements are not there, and none of
 * the others would be fetched. Fields in a fragment of their own have requirements of their own.
 */
export function withConditionsApart(document: DocumentNode, computedFields: ReadonlySet<string>): DocumentNode {
  return visit(document, {
    Field: {
      leave(field) {
        const { directives = [] } = field;
        const conditions = directives.filter(isCondition);
        if (conditions.length === 0 || !computedFields.has(field.name.value)) return undefined;
        const always: FieldNode = { ...field, directives: directives.filter((directive) => !isCondition(directive)) };
        return {
          kind: Kind.INLINE_FRAGMENT,
          directives: conditions,
          selectionSet: { kind: Kind.SELECTION_SET, selections: [always] },
        };
      },
    },
  });
}

function hasRequires(directive: DirectiveNode): boolean {
  return directive.name.value === 'join__field' && stringArgument(directive, 'requires') !== undefined;
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}
