import type { FetchNode, PlanNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import type { SeparatedSupergraph } from './required-arguments.ts';

/**
 * Makes a plan over a separated supergraph one over the supergraph itself: the fields that stand for others become aliases of them.
 * A fetch whose entities would need two values under one name becomes several.
 */
export function restoreRequiredFields(plan: QueryPlan, separated: SeparatedSupergraph): QueryPlan {
  if (separated.requiredFields.size === 0 || !plan.node || plan.node.kind === 'Subscription') return plan;
  return { ...plan, node: restore(plan.node) };

  function restore(node: PlanNode): PlanNode {
    switch (node.kind) {
      case 'Sequence':
      case 'Parallel':
        return { ...node, nodes: node.nodes.map(restore) };
      case 'Flatten':
        return { ...node, node: restore(node.node) };
      case 'Condition':
        return {
          ...node,
          ...(node.ifClause && { ifClause: restore(node.ifClause) }),
          ...(node.elseClause && { elseClause: restore(node.elseClause) }),
        };
      case 'Fetch': {
        const fetches = splitFetch(node, separated).map((fetch) => withArguments(fetch, separated));
        const [only] = fetches;
        return only && fetches.length === 1 ? only : { kind: 'Parallel', nodes: fetches };
      }
      case 'Defer':
        return node;
    }
  }
}

/** Puts the fields and their arguments back into the operation that is sent. */
function withArguments(fetch: FetchNode, { requiredFields }: SeparatedSupergraph): FetchNode {
  if (![...requiredFields.keys()].some((name) => fetch.operation.includes(name))) return fetch;
  const document = visit(parse(fetch.operation, { noLocation: true }), {
    Field(field) {
      const required = requiredFields.get(field.name.value);
      if (!required) return undefined;
      return {
        ...field,
        alias: field.alias ?? field.name,
        name: { kind: Kind.NAME, value: required.name },
        arguments: required.arguments,
      };
    },
  });
  return { ...fetch, operation: textOf(document) };
}

/** Each part asks for fields whose required values have different names in a representation. */
function splitFetch(fetch: FetchNode, separated: SeparatedSupergraph): FetchNode[] {
  const { requires = [] } = fetch;
  const clashing = clashingNames(requires, separated);
  if (clashing.size === 0) return [fetch];
  const document = parse(fetch.operation, { noLocation: true });
  return partsOf(document, clashing, separated).map(({ names, fields }) => ({
    ...fetch,
    requires: withoutNames(requires, clashing.difference(names)),
    operation: textOf(selectOnly(document, (_type, field) => fields.has(field))),
  }));
}

/** The names of required fields that would be one and the same in a representation. */
function clashingNames(
  requires: readonly QueryPlanSelectionNode[],
  { requiredFields }: SeparatedSupergraph,
): ReadonlySet<string> {
  const byOriginal = Map.groupBy(new Set(requiredNames(requires)), (name) => requiredFields.get(name)?.name);
  byOriginal.delete(undefined);
  return new Set([...byOriginal.values()].filter(({ length }) => length > 1).flat());
}

/** Some of an entity's fields, and the clashing names that they need: no two of them stand for one field. */
interface FetchPart {
  names: Set<string>;
  fields: Set<FieldNode>;
}

/** Puts every field into the first part that it fits in, those that need nothing special into the very first. */
function partsOf(
  document: DocumentNode,
  clashing: ReadonlySet<string>,
  { requiredFields, requirements }: SeparatedSupergraph,
): FetchPart[] {
  const parts: FetchPart[] = [];
  const originalOf = (name: string) => requiredFields.get(name)?.name;
  const fits = ({ names }: FetchPart, needed: readonly string[]) =>
    needed.every((name) => [...names].every((other) => other === name || originalOf(other) !== originalOf(name)));
  selectOnly(document, (type, field) => {
    const needed = [...(requirements.get(`${type}.${field.name.value}`) ?? [])].filter((name) => clashing.has(name));
    let part = parts.find((candidate) => fits(candidate, needed));
    if (!part) {
      part = { names: new Set(), fields: new Set() };
      parts.push(part);
    }
    part.fields.add(field);
    for (const name of needed) part.names.add(name);
    return true;
  });
  return parts;
}

/** The operation with those of the entities' own fields that pass; what is below them stays. */
function selectOnly(document: DocumentNode, passes: (type: string, field: FieldNode) => boolean): DocumentNode {
  const select = (selections: readonly SelectionNode[], type: string): SelectionNode[] =>
    selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return passes(type, selection) ? [selection] : [];
      if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection];
      const inside = select(selection.selectionSet.selections, selection.typeCondition?.name.value ?? type);
      return inside.length > 0 ? [withSelections(selection, inside)] : [];
    });
  return visit(document, {
    Field(field) {
      if (field.name.value !== '_entities' || !field.selectionSet) return undefined;
      return withSelections(field, select(field.selectionSet.selections, ''));
    },
  });
}

function withSelections<T extends FieldNode | InlineFragmentNode>(node: T, selections: SelectionNode[]): T {
  return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function requiredNames(nodes: readonly QueryPlanSelectionNode[]): string[] {
  return nodes.flatMap((node) => [
    ...(node.kind === 'Field' ? [node.name] : []),
    ...requiredNames(node.selections ?? []),
  ]);
}

function withoutNames(nodes: readonly QueryPlanSelectionNode[], names: ReadonlySet<string>): QueryPlanSelectionNode[] {
  return nodes.flatMap((node): QueryPlanSelectionNode[] => {
    if (node.kind === 'Field' && names.has(node.name)) return [];
    return node.selections ? [{ ...node, selections: withoutNames(node.selections, names) }] : [node];
  });
}

function textOf(document: DocumentNode): string {
  return stripIgnoredCharacters(print(document));
}
