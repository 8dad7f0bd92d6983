import { describe, expect, it } from '@jest/globals';
import { createGuard, guardCoordination } from './guard.ts';
import { createMemoryCoordination } from './memory-coordination.ts';

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

  it('lets nobody wait for the attempt whether a store is back, where that is told how to ask', async () => {
    let probes = 0;
    let isBack = false;
    const probe = (): Promise<unknown> => {
      probes++;
      return isBack ? Promise.resolve() : never();
    };
    const guard = createGuard({ budgetMs: 5, failuresToOpen: 3, openForMs: 10, probe });
    let calls = 0;
    const call = () => {
      calls++;
      return isBack ? Promise.resolve('answer') : never();
    };
    while (probes < 2) await guard(call).catch(() => new Promise(setImmediate));
    expect(calls).toBe(3);
    isBack = true;
    let answer: unknown;
    while (answer === undefined) {
      answer = await guard(call).catch(() => undefined);
      await new Promise(setImmediate);
    }
    expect(calls).toBe(4);
  });
});

describe('guardCoordination', () => {
  it('gives leases back that were granted after their call had been given up', async () => {
    const coordination = createMemoryCoordination({ leaseMs: 60_000 });
    const { promise: hanging, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: released, resolve: onReleased } = Promise.withResolvers<void>();
    const guarded = guardCoordination(
      {
        ...coordination,
        beginFills: async (requests) => {
          await hanging;
          return coordination.beginFills(requests);
        },
        releaseLeases: async (tickets) => {
          await coordination.releaseLeases(tickets);
          onReleased();
        },
      },
      createGuard({ budgetMs: 5 }),
    );
    const fill = { key: 'a', tags: [] };
    await expect(guarded.beginFills([fill])).rejects.toThrow(/timed out/i);
    goOn();
    await released;
    const [ticket] = await coordination.beginFills([fill]);
    expect(ticket?.lease).toBeDefined();
  });
});
