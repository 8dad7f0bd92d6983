import type { FetchNode, QueryPlan, QueryPlanSelectionNode } from '@apollo/query-planner';
import { parse, print } from 'graphql';
import { type PlacedFetch, type PlanTree, planTree } from '../execution/fetches/plan-tree.ts';

/** A query plan for programs that draw it: what follows what, and what is asked of whom. */
export type PlanOutline =
  | OutlinedFetch
  | { readonly kind: 'Sequence' | 'Parallel'; readonly parts: readonly PlanOutline[] }
  | {
      readonly kind: 'Condition';
      readonly variable: string;
      readonly whenTrue: PlanOutline;
      readonly whenFalse: PlanOutline;
    };

/** A request of a plan to a subgraph. */
export interface OutlinedFetch {
  readonly kind: 'Fetch';
  readonly subgraph: string;
  /** Where in the answer its entities are (`products.nodes.@`); empty for root fields. */
  readonly path: string;
  readonly operationKind: 'query' | 'mutation' | 'subscription';
  /** What it is told of its entities, by type: `Product(id)`; none for root fields. */
  readonly entities: readonly string[];
  /** What is selected, as GraphQL in lines. */
  readonly selection: string;
}

/** @throws UnsupportedPlanError as `planTree` does */
export function outlinePlan(plan: QueryPlan): PlanOutline {
  return outlineOf(planTree(plan));
}

/** All fetches of a plan, in its order. */
export function fetchesOf(part: PlanOutline): OutlinedFetch[] {
  switch (part.kind) {
    case 'Fetch':
      return [part];
    case 'Condition':
      return [...fetchesOf(part.whenTrue), ...fetchesOf(part.whenFalse)];
    default:
      return part.parts.flatMap(fetchesOf);
  }
}

function outlineOf(tree: PlanTree): PlanOutline {
  switch (tree.kind) {
    case 'Fetch':
      return outlineFetch(tree);
    case 'Condition':
      return { ...tree, whenTrue: outlineOf(tree.whenTrue), whenFalse: outlineOf(tree.whenFalse) };
    default:
      return { kind: tree.kind, parts: tree.nodes.map(outlineOf) };
  }
}

function outlineFetch({ fetch, path }: PlacedFetch): OutlinedFetch {
  return {
    kind: 'Fetch',
    subgraph: fetch.serviceName,
    path: path.join('.'),
    operationKind: fetch.operationKind,
    entities: (fetch.requires ?? []).map(entityText),
    selection: selectionText(fetch),
  };
}

function entityText(selection: QueryPlanSelectionNode): string {
  if (selection.kind === 'Field') return fieldText(selection);
  return `${selection.typeCondition ?? ''}(${fieldsText(selection.selections)})`;
}

function fieldsText(selections: readonly QueryPlanSelectionNode[]): string {
  return selections
    .map((selection) => (selection.kind === 'Field' ? fieldText(selection) : entityText(selection)))
    .filter((text) => text !== '__typename')
    .join(' ');
}

function fieldText({ name, selections }: Extract<QueryPlanSelectionNode, { kind: 'Field' }>): string {
  return selections ? `${name} { ${fieldsText(selections)} }` : name;
}

/** Of entities only what is asked of them: that they are entities is said already. */
function selectionText({ operation, requires }: FetchNode): string {
  const text = print(parse(operation, { noLocation: true }));
  return requires
    ? text.replace(/^.*\n {2}_entities\(.*\n([\s\S]*)\n {2}\}\n\}$/, '$1').replaceAll(/^ {4}/gm, '')
    : text;
}
