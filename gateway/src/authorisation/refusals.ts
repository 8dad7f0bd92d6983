import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type GraphQLType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { responseKeyOf } from './refused-fields.ts';

/** A place in an answer where a refused field would be. */
export interface Refusal {
  /** In the client's names, with `@` for every item of a list. */
  readonly path: readonly string[];
  /** The variables of `@skip` and `@include` with the values under which the field is asked for. */
  readonly conditions: ReadonlyMap<string, boolean>;
}

/**
 * Where the refused fields of an operation are, every place once.
 * @param document the operation and its fragments, valid for `schema`
 * @param refused nodes of `document`
 */
export function refusalsOf(
  document: DocumentNode,
  schema: GraphQLSchema,
  refused: ReadonlySet<FieldNode>,
): readonly Refusal[] {
  const listDepths = listDepthsOf(document, schema);
  const fragments = new Map<string, FragmentDefinitionNode>();
  const refusals = new Map<string, Refusal>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
  }
  walk(operation?.selectionSet.selections ?? [], { path: [], conditions: new Map() });
  return [...refusals.values()];

  function walk(selections: readonly SelectionNode[], above: Refusal): void {
    for (const selection of selections) {
      const conditions = bothConditions(above.conditions, selection.directives);
      if (!conditions) continue;
      if (selection.kind === Kind.FIELD) {
        walkField(selection, { path: [...above.path, responseKeyOf(selection)], conditions });
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      walk(fragment?.selectionSet.selections ?? [], { path: above.path, conditions });
    }
  }

  function walkField(field: FieldNode, place: Refusal): void {
    if (refused.has(field)) {
      refusals.set(JSON.stringify([place.path, [...place.conditions].sort()]), place);
      return;
    }
    const items = Array.from({ length: listDepths.get(field) ?? 0 }, () => '@');
    walk(field.selectionSet?.selections ?? [], { ...place, path: [...place.path, ...items] });
  }
}

/** The refusals of fields that one request asks for. */
export function refusalsFor(
  refusals: readonly Refusal[],
  variables: Readonly<Record<string, unknown>>,
): readonly Refusal[] {
  return refusals.filter(({ conditions }) => [...conditions].every(([name, value]) => variables[name] === value));
}

/** The conditions together; `undefined` where they can never hold. */
function bothConditions(
  conditions: ReadonlyMap<string, boolean>,
  directives: readonly DirectiveNode[] = [],
): ReadonlyMap<string, boolean> | undefined {
  const both = new Map(conditions);
  for (const { name, arguments: [argument] = [] } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const wanted = name.value === 'include';
    if (argument?.value.kind === Kind.BOOLEAN && argument.value.value !== wanted) return undefined;
    if (argument?.value.kind !== Kind.VARIABLE) continue;
    const variable = argument.value.name.value;
    if (both.get(variable) === !wanted) return undefined;
    both.set(variable, wanted);
  }
  return both;
}

function listDepthsOf(document: DocumentNode, schema: GraphQLSchema): ReadonlyMap<FieldNode, number> {
  const depths = new Map<FieldNode, number>();
  const typeInfo = new TypeInfo(schema);
  const enter = (field: FieldNode) => {
    depths.set(field, listDepthOf(typeInfo.getType()));
  };
  visit(document, visitWithTypeInfo(typeInfo, { Field: enter }));
  return depths;
}

function listDepthOf(type: GraphQLType | null | undefined): number {
  if (isNonNullType(type)) return listDepthOf(type.ofType);
  return isListType(type) ? 1 + listDepthOf(type.ofType) : 0;
}
