import type { QueryPlan } from '@apollo/query-planner';
import type { PlanStep } from '../execution-run.ts';
import { compileFetches, type FetchOptions, type FetchStep } from './fetch-steps.ts';
import { fetchesIn, type PlacedFetch, type PlanTree, planTree } from './plan-tree.ts';

const nothing: PlanStep = async () => undefined;

/**
 * Makes a plan executable.
 * @throws UnsupportedPlanError for `@defer`, subscriptions and `@fromContext`
 */
export function compilePlan(plan: QueryPlan, options: FetchOptions): PlanStep {
  const tree = planTree(plan);
  const steps = compileFetches(tree, options);
  return compileNode(tree, steps);
}

function compileNode(node: PlanTree, steps: ReadonlyMap<PlacedFetch, FetchStep>): PlanStep {
  switch (node.kind) {
    case 'Fetch':
      return steps.get(node)?.run ?? nothing;
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, steps)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileNode(child, steps)));
    case 'Condition':
      return when(node.variable, clauseOf(node.whenTrue, steps), clauseOf(node.whenFalse, steps));
  }
}

/** What a condition decides about. */
interface Clause {
  run: PlanStep;
  /** Says to those who wait for fetches of the clause that they will not come. */
  skip: (run: Parameters<PlanStep>[0]) => void;
}

function clauseOf(node: PlanTree, steps: ReadonlyMap<PlacedFetch, FetchStep>): Clause {
  const skips = fetchesIn(node).flatMap((fetch) => steps.get(fetch)?.skip ?? []);
  return {
    run: compileNode(node, steps),
    skip: (run) => {
      for (const skip of skips) skip(run);
    },
  };
}

function inSequence(steps: readonly PlanStep[]): PlanStep {
  const [only] = steps;
  if (only && steps.length === 1) return only;
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: readonly PlanStep[]): PlanStep {
  const [only] = steps;
  if (only && steps.length === 1) return only;
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}

function when(variable: string, whenTrue: Clause, whenFalse: Clause): PlanStep {
  return (run) => {
    const [chosen, skipped] = run.coercedVariables[variable] === true ? [whenTrue, whenFalse] : [whenFalse, whenTrue];
    skipped.skip(run);
    return chosen.run(run);
  };
}
