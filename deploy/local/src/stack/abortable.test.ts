import { describe, expect, it } from '@jest/globals';
import { abortable } from './abortable.ts';

describe('abortable', () => {
  it('gives what the work gives', async () => {
    expect(await abortable(Promise.resolve(1), new AbortController().signal)).toBe(1);
    await expect(abortable(Promise.reject(new Error('broken')), new AbortController().signal)).rejects.toThrow(
      'broken',
    );
  });

  it.each(['before', 'while'])('ends a wait for work without an end when aborted %s it waits', async (when) => {
    const giveUp = new AbortController();
    if (when === 'before') giveUp.abort(new Error('given up'));
    const waiting = abortable(new Promise(() => undefined), giveUp.signal);
    if (when === 'while') giveUp.abort(new Error('given up'));
    await expect(waiting).rejects.toThrow('given up');
  });
});
