import type { FetchNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import { UnsupportedPlanError } from './unsupported-plan.ts';

/** A path of a plan: keys, and `@` for the items of a list. */
export type PlanPath = readonly (string | number)[];

/** A fetch of a plan and where its entities are, or the root type that it has fields of. */
export interface PlacedFetch {
  readonly kind: 'Fetch';
  readonly fetch: FetchNode;
  readonly path: PlanPath;
}

/** A plan whose fetches know their places: what follows what, and what goes on at the same time. Each fetch is an object of its own. */
export type PlanTree =
  | PlacedFetch
  | { readonly kind: 'Sequence' | 'Parallel'; readonly nodes: readonly PlanTree[] }
  | {
      readonly kind: 'Condition';
      readonly variable: string;
      readonly whenTrue: PlanTree;
      readonly whenFalse: PlanTree;
    };

const NOTHING: PlanTree = { kind: 'Sequence', nodes: [] };

/** @throws UnsupportedPlanError for `@defer` and subscriptions */
export function planTree({ node }: QueryPlan): PlanTree {
  return treeOf(node, []);
}

/** All fetches of a plan, in its order. */
export function fetchesIn(tree: PlanTree): PlacedFetch[] {
  switch (tree.kind) {
    case 'Fetch':
      return [tree];
    case 'Condition':
      return [...fetchesIn(tree.whenTrue), ...fetchesIn(tree.whenFalse)];
    default:
      return tree.nodes.flatMap(fetchesIn);
  }
}

function treeOf(node: PlanNode | QueryPlan['node'], path: PlanPath): PlanTree {
  switch (node?.kind) {
    case undefined:
      return NOTHING;
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((child) => treeOf(child, path)) };
    case 'Flatten':
      return treeOf(node.node, [...path, ...node.path]);
    case 'Fetch':
      if (node.operationKind === 'subscription') throw new UnsupportedPlanError('A subscription');
      return { kind: 'Fetch', fetch: node, path };
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        whenTrue: treeOf(node.ifClause, path),
        whenFalse: treeOf(node.elseClause, path),
      };
    case 'Defer':
      throw new UnsupportedPlanError('@defer');
    case 'Subscription':
      throw new UnsupportedPlanError('A subscription');
  }
}
