import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parseType,
  type SelectionNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { selectOperation } from '../planning/operation-document.ts';
import type { SubscriptionField, SubscriptionFields } from './subscription-fields.ts';

/** A subscription, and the query that gives the value of each of its events. */
export interface DerivedQuery {
  /** What the client selected, from the field of `Query`, under the names that the client gave. */
  readonly document: DocumentNode;
  /** The variables of that query which each event sets, by the arguments that they are for. */
  readonly eventVariables: ReadonlyMap<string, string>;
  readonly field: SubscriptionField;
  /** The field of `Subscription` as the client selected it. */
  readonly selected: FieldNode;
  readonly operation: OperationDefinitionNode;
}

/**
 * @param document with a subscription that is valid for `schema`
 * @returns `undefined` for a subscription whose field has no events
 */
export function deriveQuery(
  document: DocumentNode,
  operationName: string | undefined,
  { schema, fields }: { schema: GraphQLSchema; fields: SubscriptionFields },
): DerivedQuery | undefined {
  const { operation, fragments } = definitionsOf(document, operationName);
  const selected = firstField(operation.selectionSet.selections, fragments);
  const field = selected && fields.get(selected.name.value);
  if (!selected || !field) return undefined;

  const taken = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const parameters = schema.getQueryType()?.getFields()[field.query]?.args ?? [];
  const eventVariables = new Map(parameters.map(({ name }) => [name, unusedName(`event_${name}`, taken)]));
  const definitions = parameters.map(
    ({ name, type }): VariableDefinitionNode => ({
      kind: Kind.VARIABLE_DEFINITION,
      variable: variableNode(eventVariables.get(name) ?? name),
      type: parseType(String(type), { noLocation: true }),
    }),
  );
  const selections = derived(operation.selectionSet.selections);
  const query: OperationDefinitionNode = {
    ...operation,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: [...(operation.variableDefinitions ?? []), ...definitions],
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
  return { document: withUsedVariables(query, fragments), eventVariables, field, selected, operation };

  /** Fragments on `Subscription` are none on `Query`, so what they select takes their place. */
  function derived(selections: readonly SelectionNode[]): SelectionNode[] {
    return selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return derivedField(selection);
      const { directives } = selection;
      const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const selectionSet = {
        kind: Kind.SELECTION_SET,
        selections: derived(within?.selectionSet.selections ?? []),
      } as const;
      return { kind: Kind.INLINE_FRAGMENT, selectionSet, ...(directives && { directives }) };
    });
  }

  function derivedField(node: FieldNode): FieldNode {
    return {
      ...node,
      alias: node.alias ?? node.name,
      name: { kind: Kind.NAME, value: field?.query ?? '' },
      arguments: [...eventVariables].map(([name, variable]) => ({
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: name },
        value: variableNode(variable),
      })),
    };
  }
}

interface Definitions {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

function definitionsOf(document: DocumentNode, operationName: string | undefined): Definitions {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of selectOperation(document, operationName)?.definitions ?? []) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  if (!operation) throw new TypeError('the document has no such operation');
  return { operation, fragments };
}

/** A subscription selects one field, though maybe several times, and in fragments. */
function firstField(selections: readonly SelectionNode[], fragments: Definitions['fragments']): FieldNode | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    const found = firstField(within?.selectionSet.selections ?? [], fragments);
    if (found) return found;
  }
  return undefined;
}

/** The query with the fragments and the variables that are used in it: those of the subscription's arguments are not. */
function withUsedVariables(query: OperationDefinitionNode, fragments: Definitions['fragments']): DocumentNode {
  const whole: DocumentNode = { kind: Kind.DOCUMENT, definitions: [query, ...fragments.values()] };
  const selected = selectOperation(whole, undefined) ?? whole;
  const used = new Set<string>();
  visit(selected, { VariableDefinition: () => false, Variable: ({ name }) => void used.add(name.value) });
  return visit(selected, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? false : null),
  });
}

function unusedName(wanted: string, taken: ReadonlySet<string>): string {
  return taken.has(wanted) ? unusedName(`${wanted}_`, taken) : wanted;
}

function variableNode(name: string) {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const;
}
