import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  isAbstractType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What selecting depends on besides the selections themselves. */
export interface Selecting {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The values of the variables that `@skip` and `@include` take. */
  conditions: ReadonlyMap<string, boolean>;
}

/**
 * The fields that are selected for objects of one type, by response key, in the order of the answer.
 * @param type of the object; an interface for an interface object whose own type nothing asks for
 * @see https://spec.graphql.org/October2021/#CollectFields()
 */
export function collectFields(
  type: GraphQLCompositeType,
  selectionSets: readonly SelectionSetNode[],
  selecting: Selecting,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  for (const { selections } of selectionSets) collect(selections);
  return fields;

  function collect(selections: readonly SelectionNode[]): void {
    for (const selection of selections) {
      if (!isIncluded(selection.directives, selecting.conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = fields.get(key);
        if (nodes) nodes.push(selection);
        else fields.set(key, [selection]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : selecting.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      if (fragment && (condition === undefined || satisfies(type, condition, selecting.schema))) {
        collect(fragment.selectionSet.selections);
      }
    }
  }
}

function isIncluded(directives: readonly DirectiveNode[] = [], conditions: ReadonlyMap<string, boolean>): boolean {
  return directives.every(({ name, arguments: [argument] = [] }) => {
    const { value } = argument ?? {};
    const isGiven =
      value?.kind === Kind.VARIABLE
        ? conditions.get(value.name.value) === true
        : value?.kind === Kind.BOOLEAN && value.value;
    if (name.value === 'skip') return !isGiven;
    return name.value === 'include' ? isGiven : true;
  });
}

function satisfies(type: GraphQLCompositeType, condition: string, schema: GraphQLSchema): boolean {
  if (type.name === condition) return true;
  const conditionType = schema.getType(condition);
  return isAbstractType(conditionType) && !isUnionType(type) && schema.isSubType(conditionType, type);
}
