import { describe, expect, it } from '@jest/globals';
import { createBulkhead } from './bulkhead.ts';

describe('a bulkhead', () => {
  const create = () => createBulkhead({ atOnce: 2, waiting: 1, refusal: () => new Error('too many') });

  it('runs so many calls at once, lets some wait and refuses the others without running them', async () => {
    const inBulkhead = create();
    const started: number[] = [];
    const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
    const calls = gates.map(({ promise }, index) =>
      inBulkhead(() => {
        started.push(index);
        return promise;
      }),
    );
    const outcomes = Promise.allSettled(calls);
    await Promise.allSettled(calls.slice(3));
    expect(started).toEqual([0, 1]);

    gates[1]?.resolve();
    await calls[1];
    expect(started).toEqual([0, 1, 2]);
    for (const { resolve } of gates) resolve();

    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await expect(calls[4]).rejects.toThrow('too many');
  });

  it('makes room again for whoever comes after a call that failed', async () => {
    const inBulkhead = create();
    for (let time = 0; time < 5; time += 1) {
      await expect(inBulkhead(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    }
    expect(await inBulkhead(async () => 'done')).toBe('done');
  });
});
