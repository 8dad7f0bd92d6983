import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';

/** Whether something is part of an operation, given its variables. */
export type Condition = (variables: Readonly<JsonObject>) => boolean;

/** What is selected under one response key. */
export interface CollectedField {
  readonly nodes: readonly FieldNode[];
  /** Absent where it is always part of the operation. */
  readonly condition: Condition | undefined;
}

interface Occurrences {
  readonly nodes: FieldNode[];
  /** One of them has to hold; none where one has no condition. */
  conditions: Condition[] | undefined;
}

/** Collects the fields that an object of a type is asked for: equal response keys are one field, as in execution. */
export function collectFields(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): ReadonlyMap<string, CollectedField> {
  const found = new Map<string, Occurrences>();
  const entered = new Set<string>();
  for (const selectionSet of selectionSets) collect(selectionSet, undefined);
  return new Map(
    [...found].map(([key, { nodes, conditions }]) => {
      return [key, { nodes, condition: conditions && ((variables) => conditions.some((holds) => holds(variables))) }];
    }),
  );

  function collect({ selections }: SelectionSetNode, outer: Condition | undefined): void {
    for (const selection of selections) {
      const condition = both(outer, conditionOf(selection.directives));
      if (selection.kind === Kind.FIELD) {
        add(selection, condition);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet, condition);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (!fragment || entered.has(selection.name.value) || !applies(fragment.typeCondition.name.value)) continue;
        // Spread once more without a condition it would be there, too; what is spread under one may come again.
        if (!condition) entered.add(selection.name.value);
        collect(fragment.selectionSet, condition);
      }
    }
  }

  function add(node: FieldNode, condition: Condition | undefined): void {
    const key = node.alias?.value ?? node.name.value;
    const occurrences = found.get(key);
    if (!occurrences) {
      found.set(key, { nodes: [node], conditions: condition && [condition] });
      return;
    }
    occurrences.nodes.push(node);
    if (!condition) occurrences.conditions = undefined;
    else occurrences.conditions?.push(condition);
  }

  function applies(condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wider = schema.getType(condition);
    return isAbstractType(wider) && schema.isSubType(wider, type);
  }
}

function both(outer: Condition | undefined, inner: Condition | undefined): Condition | undefined {
  if (!outer || !inner) return outer ?? inner;
  return (variables) => outer(variables) && inner(variables);
}

function conditionOf(directives: readonly DirectiveNode[] = []): Condition | undefined {
  let condition: Condition | undefined;
  for (const { name, arguments: args = [] } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const value = args.find((argument) => argument.name.value === 'if')?.value;
    const wanted = name.value === 'include';
    if (value?.kind === Kind.BOOLEAN) condition = both(condition, () => value.value === wanted);
    if (value?.kind === Kind.VARIABLE) {
      const variable = value.name.value;
      condition = both(condition, (variables) => (variables[variable] === true) === wanted);
    }
  }
  return condition;
}
