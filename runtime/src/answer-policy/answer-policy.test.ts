import { describe, expect, it } from '@jest/globals';
import { CollectedAnswerPolicy } from './answer-policy.ts';
import { type CacheHint, cacheControlHeader } from './cache-hint.ts';

function policyOf(hint: CacheHint) {
  return { hint, header: cacheControlHeader(hint) };
}

describe('an answer policy', () => {
  it.each<[hints: CacheHint[], header: string]>([
    [[], 'max-age=60, public'],
    [[{}], 'max-age=60, public'],
    [[{ maxAgeS: 10 }], 'max-age=10, public'],
    [[{ maxAgeS: 90 }], 'max-age=60, public'],
    [[{ maxAgeS: 20 }, { maxAgeS: 10 }, { maxAgeS: 30 }], 'max-age=10, public'],
    [[{ scope: 'PRIVATE' }, { scope: 'PUBLIC' }], 'max-age=60, private'],
    [[{ scope: 'PRIVATE' }, { maxAgeS: 10 }], 'max-age=10, private'],
    [[{ maxAgeS: 0 }, { maxAgeS: 10 }], 'no-store'],
  ])('narrows what the operation allows by %j', (hints, header) => {
    const policy = new CollectedAnswerPolicy({ collectsTags: false });
    for (const hint of hints) policy.restrict(hint);
    expect(policy.headerFor(policyOf({ maxAgeS: 60 }))).toBe(header);
  });

  it('makes nothing cacheable, or public, that the operation does not', () => {
    const policy = new CollectedAnswerPolicy({ collectsTags: false });
    policy.restrict({ maxAgeS: 60, scope: 'PUBLIC' });
    expect(policy.headerFor(policyOf({}))).toBe('no-store');
    expect(policy.headerFor(policyOf({ maxAgeS: 0 }))).toBe('no-store');
    expect(policy.headerFor(policyOf({ maxAgeS: 30, scope: 'PRIVATE' }))).toBe('max-age=30, private');
  });

  it('keeps every tag once, and only for who wants them', () => {
    const [kept, dropped] = [true, false].map((collectsTags) => new CollectedAnswerPolicy({ collectsTags }));
    for (const policy of [kept, dropped]) {
      policy?.addTags(['product:prd_1', 'product:prd_2']);
      policy?.addTags(new Set(['product:prd_2', 'products']));
    }
    expect(kept?.tags).toEqual(['product:prd_1', 'product:prd_2', 'products']);
    expect(dropped?.tags).toBeUndefined();
  });

  it('forbids to cache an answer of more than a thousand tags', () => {
    const policy = new CollectedAnswerPolicy({ collectsTags: true });
    const allowed = policyOf({ maxAgeS: 60 });
    policy.addTags(Array.from({ length: 1000 }, (_, index) => `product:${index}`));
    expect([policy.headerFor(allowed), policy.tags?.length]).toEqual(['max-age=60, public', 1000]);
    policy.addTags(['product:0']);
    expect(policy.headerFor(allowed)).toBe('max-age=60, public');
    policy.addTags(['one more']);
    expect([policy.headerFor(allowed), policy.tags]).toEqual(['no-store', undefined]);
  });
});
