import { describe, expect, it } from '@jest/globals';
import { rememberFor } from './remember-for.ts';

describe('what is remembered for a while', () => {
  it('is asked for once in that time, and again after it', async () => {
    let nowMs = 0;
    let asked = 0;
    const read = rememberFor(
      10,
      async () => ++asked,
      () => nowMs,
    );
    expect(await Promise.all([read(), read()])).toEqual([1, 1]);
    nowMs = 9;
    expect(await read()).toBe(1);
    nowMs = 10;
    expect(await read()).toBe(2);
  });

  it('is asked for again at once after a failure', async () => {
    const answers = [Promise.reject(new Error('away')), Promise.resolve('back')];
    const read = rememberFor(
      10,
      () => answers.shift() ?? Promise.reject(new Error('asked too often')),
      () => 0,
    );
    await expect(read()).rejects.toThrow('away');
    expect(await read()).toBe('back');
  });
});
