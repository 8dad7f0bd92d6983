import { describe, expect, it } from '@jest/globals';
import { createGuard } from './guard.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe('createGuard', () => {
  it('gives back what a call answers, and what it rejects with', async () => {
    const guard = createGuard({ budgetMs: 1_000 });
    expect(await guard(async () => 'answer')).toBe('answer');
    await expect(guard(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });

  it('rejects when the budget is used up', async () => {
    await expect(createGuard({ budgetMs: 5 })(never)).rejects.toThrow(/timed out/i);
  });

  it('sends no more calls after failures in a row, until one attempt succeeds', async () => {
    const guard = createGuard({ budgetMs: 5, failuresToOpen: 3, openForMs: 30 });
    let calls = 0;
    const counted = (call: () => Promise<unknown>) => {
      calls++;
      return call();
    };
    for (let attempt = 0; attempt < 10; attempt++) await guard(() => counted(never)).catch(() => undefined);
    expect(calls).toBe(3);
    let answer: unknown;
    while (answer === undefined) {
      await new Promise(setImmediate);
      answer = await guard(() => counted(async () => 'answer')).catch(() => undefined);
    }
    expect(calls).toBe(4);
  });
});
