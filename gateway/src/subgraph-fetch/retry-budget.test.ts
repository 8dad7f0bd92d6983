import { expect, it } from '@jest/globals';
import { RetryBudget } from './retry-budget.ts';

function retriesOf(budget: RetryBudget, wanted: number): number {
  let taken = 0;
  for (let time = 0; time < wanted; time += 1) if (budget.takeRetry()) taken += 1;
  return taken;
}

it('allows a tenth of all requests to go out once more, and ten at first', () => {
  const budget = new RetryBudget(1_000);
  let taken = 0;
  for (let time = 0; time < 5_000; time += 1) {
    budget.addRequest();
    if (budget.takeRetry()) taken += 1;
  }

  expect(taken).toBeGreaterThanOrEqual(500);
  expect(taken).toBeLessThanOrEqual(510);
});

it('saves no more than it may', () => {
  const budget = new RetryBudget(50);
  for (let time = 0; time < 5_000; time += 1) budget.addRequest();

  expect(retriesOf(budget, 100)).toBe(50);
});
