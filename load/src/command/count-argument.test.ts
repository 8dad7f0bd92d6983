import { describe, expect, it } from '@jest/globals';
import { countUpTo } from './count-argument.ts';

describe('a count on the command line', () => {
  it.each([
    ['1', 1],
    ['1200', 1_200],
  ])('%s is taken', (text, count) => {
    expect(countUpTo(1_200)(text)).toBe(count);
  });

  it.each(['', '0', '-1', '1.5', '1201', 'many'])('"%s" is refused with what is expected', (text) => {
    expect(() => countUpTo(1_200)(text)).toThrow('Expected 1 to 1,200.');
  });
});
