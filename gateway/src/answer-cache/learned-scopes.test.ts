import { describe, expect, it } from '@jest/globals';
import { LearnedScopes, UNCACHEABLE_MS } from './learned-scopes.ts';

describe('LearnedScopes', () => {
  it('knows nothing of an operation that was never executed, or is everybody’s', () => {
    const learned = new LearnedScopes(() => 0);
    expect(learned.of('a')).toBeUndefined();
    learned.learn('a', 'private');
    learned.learn('a', 'public');
    expect([learned.of('a'), learned.isPrivate('a')]).toEqual([undefined, false]);
  });

  it('lets one request at a time try what was uncacheable for a while', () => {
    let nowMs = 0;
    const learned = new LearnedScopes(() => nowMs);
    learned.learn('a', 'uncacheable');
    expect(learned.of('a')).toBe('uncacheable');
    nowMs = UNCACHEABLE_MS;
    expect([learned.of('a'), learned.of('a')]).toEqual(['to be tried', 'uncacheable']);
    learned.learn('a', 'private');
    expect(learned.of('a')).toBe('private');
  });
});
