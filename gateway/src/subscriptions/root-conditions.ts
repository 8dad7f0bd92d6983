import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type ValidationRule,
  visit,
} from 'graphql';

/** Those that were refused, as they are validated. */
const conditional = new WeakSet<DocumentNode>();

/**
 * The specification wants no conditions at the root of a subscription: it listens to one field, whatever its variables are. graphql-js
 * has no rule for that, and throws where it looks whether there is one field. So such documents are validated without conditions.
 */
export const rootConditionsPlugin: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async validationDidStart(context) {
        if (!hasRootConditions(context.document)) return;
        const validated = withoutConditions(context.document);
        conditional.add(validated);
        Reflect.set(context, 'document', validated);
      },
    };
  },
};

/** Refuses the documents that {@link rootConditionsPlugin} has found. */
export const rootConditionsRule: ValidationRule = (context) => {
  if (conditional.has(context.getDocument())) {
    context.reportError(new GraphQLError('The field of a subscription must not depend on @skip or @include.'));
  }
  return {};
};

function hasRootConditions({ definitions }: DocumentNode): boolean {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION &&
      definition.operation === OperationTypeNode.SUBSCRIPTION &&
      areConditional(definition.selectionSet.selections),
  );

  /** Each fragment is looked into once, so those that spread themselves end here, too. */
  function areConditional(selections: readonly SelectionNode[]): boolean {
    return selections.some((selection) => {
      if (selection.directives?.some(isCondition)) return true;
      if (selection.kind === Kind.FIELD) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) return areConditional(selection.selectionSet.selections);
      const fragment = fragments.get(selection.name.value);
      fragments.delete(selection.name.value);
      return fragment !== undefined && areConditional(fragment.selectionSet.selections);
    });
  }
}

function withoutConditions(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: (directive) => (isCondition(directive) ? null : undefined) });
}

function isCondition({ name }: { readonly name: { readonly value: string } }): boolean {
  return name.value === 'skip' || name.value === 'include';
}
