import type { PlanNode } from '@apollo/query-planner';
import { describe, expect, it } from '@jest/globals';
import { entityFetch, rootFetch } from '../../testing/hand-made-plan.ts';
import { jointFetches } from './joint-fetches.ts';
import { planTree } from './plan-tree.ts';

const inSequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const inParallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });
/** A fetch that is known by its path. */
const root = (subgraph: string, path: string): PlanNode => ({
  kind: 'Flatten',
  path: [path],
  node: rootFetch(subgraph, '{a}'),
});
const entities = (subgraph: string, path: string) => entityFetch(subgraph, [path], 'Book', 'title');

function groupsOf(node: PlanNode): string[] {
  const tree = planTree({ kind: 'QueryPlan', node });
  return jointFetches(tree).map((group) => group.map(({ path }) => path.join('.')).join(' '));
}

describe('fetches for entities of one subgraph go out together', () => {
  it('when they are next to each other', () => {
    expect(groupsOf(inParallel(entities('titles', 'a'), entities('authors', 'b'), entities('titles', 'c')))).toEqual([
      'a c',
      'b',
    ]);
  });

  it('when they are as deep in branches that go on at the same time', () => {
    const plan = inParallel(
      inSequence(root('books', 'a'), entities('titles', 'b')),
      inSequence(root('shops', 'c'), entities('titles', 'd'), entities('shops', 'e')),
    );
    expect(groupsOf(plan)).toEqual(['a', 'c', 'b d', 'e']);
  });

  it('when one can wait for the other without making the plan longer', () => {
    const plan = inParallel(entities('stock', 'a'), inSequence(entities('prices', 'b'), entities('stock', 'c')));
    expect(groupsOf(plan)).toEqual(['b', 'a c']);
  });

  it('but not when something that takes as long has to wait for one of them', () => {
    const plan = inParallel(
      inSequence(entities('stock', 'a'), entities('shops', 'd')),
      inSequence(entities('prices', 'b'), entities('stock', 'c')),
    );
    expect(groupsOf(plan)).toEqual(['a', 'b', 'd', 'c']);
  });

  it('but not when each would have to wait for the other, by way of other fetches that go out together', () => {
    const plan = inParallel(
      inSequence(entities('stock', 'a'), entities('prices', 'b')),
      inSequence(entities('prices', 'c'), entities('stock', 'd')),
    );
    expect(groupsOf(plan)).toEqual(['a', 'c', 'b', 'd']);
  });

  it('but not when they follow one another', () => {
    expect(groupsOf(inSequence(entities('titles', 'a'), entities('titles', 'b')))).toEqual(['a', 'b']);
  });

  it('also where a condition decides about one of them', () => {
    const plan = inParallel(
      { kind: 'Condition', condition: 'x', ifClause: entities('titles', 'a') },
      entities('titles', 'b'),
    );
    expect(groupsOf(plan)).toEqual(['a b']);
  });
});

it('fetches of root fields go out by themselves', () => {
  expect(groupsOf(inParallel(root('books', 'a'), root('books', 'b'), entities('books', 'c')))).toEqual(['c', 'a', 'b']);
});

it('every fetch of a plan is in one group, however they are nested', () => {
  let plan = entities('titles', '0');
  for (let i = 1; i < 60; i++) {
    const next = entities(['titles', 'prices', 'stock'][i % 3] ?? '', `${i}`);
    plan = i % 2 === 0 ? inSequence(plan, next) : inParallel(next, plan);
  }
  const numbers = groupsOf(plan).flatMap((group) => group.split(' ').map(Number));
  expect(numbers.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 60 }, (_, index) => index));
});
