import type { QueryPlan } from '@apollo/query-planner';
import { fetchesIn, type PlanTree, planTree } from '../execution/fetches/plan-tree.ts';
import { createQueryPlanner } from '../planning/query-planner.ts';
import { type KnownOperation, labelOf } from './known-operations.ts';

/** How much work a plan is: requests to subgraphs, and how many of them wait for another one at the most. */
export interface PlanSize {
  readonly fetches: number;
  readonly steps: number;
}

/** An operation whose plan is of another size than it was. */
export interface PlanChange {
  readonly operation: string;
  readonly before: PlanSize;
  readonly after: PlanSize;
}

/**
 * Plans operations for two supergraphs, and tells which of them take more or fewer requests now.
 * @param supergraphs SDL without directives of authorisation
 * @param operations valid for both
 * @throws what the planner throws for an operation that has too many plans
 */
export function comparePlans(
  supergraphs: { readonly base: string; readonly next: string },
  operations: readonly KnownOperation[],
): PlanChange[] {
  if (operations.length === 0 || supergraphs.base === supergraphs.next) return [];
  const planBefore = createQueryPlanner(supergraphs.base);
  const planAfter = createQueryPlanner(supergraphs.next);
  return operations.flatMap((operation) => {
    const before = sizeOf(planBefore(operation.body));
    const after = sizeOf(planAfter(operation.body));
    const isSame = before.fetches === after.fetches && before.steps === after.steps;
    return isSame ? [] : [{ operation: labelOf(operation), before, after }];
  });
}

function sizeOf(plan: QueryPlan): PlanSize {
  const tree = planTree(plan);
  return { fetches: fetchesIn(tree).length, steps: stepsOf(tree) };
}

function stepsOf(tree: PlanTree): number {
  switch (tree.kind) {
    case 'Fetch':
      return 1;
    case 'Condition':
      return Math.max(stepsOf(tree.whenTrue), stepsOf(tree.whenFalse));
    case 'Sequence':
      return tree.nodes.reduce((steps, node) => steps + stepsOf(node), 0);
    case 'Parallel':
      return Math.max(0, ...tree.nodes.map(stepsOf));
  }
}
