import { describe, expect, it } from '@jest/globals';
import { clusterSlotOf } from './cluster-slot.ts';

describe('the slot of a key', () => {
  it.each([
    ['the check value of the algorithm', '123456789', 0x31c3],
    ['a key without braces', 'foo', 12182],
    ['what stands in braces', '{user1000}.following', 3443],
    ['the first braces of several', 'foo{bar}{zap}', 5061],
    ['the first opening brace on', 'foo{{bar}}zap', 4015],
    ['all of a key whose braces are empty', 'foo{}{bar}', 8363],
    ['all of a key whose brace is not closed', 'foo{bar', 15278],
  ])('is that of %s', (_, key, slot) => {
    expect(clusterSlotOf(key)).toBe(slot);
  });
});
