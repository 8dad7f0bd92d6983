import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

const TYPE_NAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * A document that asks for an object even where `@skip` and `@include` leave nothing of it: the answer has `{}` there, while the
 * planner fetches no object whose selections are left out. Its type name is put in their place. What literals decide is decided.
 */
export function withKeptObjects(document: DocumentNode): DocumentNode {
  return withCertainSelections(withoutLiteralConditions(document));
}

function withoutLiteralConditions(document: DocumentNode): DocumentNode {
  const leaveOut = ({ directives = [] }: SelectionNode) => (directives.some(isNeverMet) ? null : undefined);
  return visit(document, {
    Field: { enter: leaveOut },
    FragmentSpread: { enter: leaveOut },
    InlineFragment: { enter: leaveOut },
    Directive: { leave: (directive) => (literalOf(directive) === undefined ? undefined : null) },
    SelectionSet: { leave: (set) => (set.selections.length > 0 ? undefined : { ...set, selections: [TYPE_NAME] }) },
  });
}

/** The planner takes a field under a condition for left out when all that is selected of it is, whatever the field's own condition. */
function withCertainSelections(document: DocumentNode): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<SelectionSetNode, boolean>();

  function selectsAlways(set: SelectionSetNode): boolean {
    const answer = known.get(set) ?? set.selections.some(isSelectedAlways);
    known.set(set, answer);
    return answer;
  }

  function isSelectedAlways(selection: SelectionNode): boolean {
    if (isConditional(selection)) return false;
    if (selection.kind === Kind.FIELD) return true;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return fragment !== undefined && selectsAlways(fragment.selectionSet);
  }

  return visit(document, {
    Field: {
      enter(field) {
        const { selectionSet } = field;
        if (!selectionSet || !isConditional(field) || selectsAlways(selectionSet)) return undefined;
        return { ...field, selectionSet: { ...selectionSet, selections: [...selectionSet.selections, TYPE_NAME] } };
      },
    },
  });
}

function isConditional({ directives = [] }: SelectionNode): boolean {
  return directives.some(isCondition);
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === 'skip' || name.value === 'include';
}

function isNeverMet(directive: DirectiveNode): boolean {
  return literalOf(directive) === (directive.name.value === 'skip');
}

/** What a condition says without a variable; `undefined` for all else. */
function literalOf(directive: DirectiveNode): boolean | undefined {
  const value = isCondition(directive) ? directive.arguments?.[0]?.value : undefined;
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}
