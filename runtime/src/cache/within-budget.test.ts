import { stat } from 'node:fs';
import { expect, it } from '@jest/globals';
import { BudgetExceededError, withinBudget } from './within-budget.ts';

it('gives up when the time is up', async () => {
  await expect(withinBudget(new Promise(() => undefined), 1)).rejects.toThrow(BudgetExceededError);
});

it('takes an answer that arrived while this process was busy for longer than the budget', async () => {
  // From here on timers come before what has arrived.
  await new Promise(setImmediate);
  // Another thread looks, and is done at once; that it is done is noticed by the event loop only, which is held up.
  const looking = new Promise((resolve) => stat(import.meta.filename, () => resolve('there')));
  const answer = withinBudget(looking, 50);
  const untilMs = performance.now() + 100;
  while (performance.now() < untilMs);
  expect(await answer).toBe('there');
});

it('rejects with what the call rejects with', async () => {
  await expect(withinBudget(Promise.reject(new Error('away')), 1_000)).rejects.toThrow('away');
});
