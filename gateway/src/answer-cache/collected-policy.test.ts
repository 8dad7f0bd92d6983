import { describe, expect, it } from '@jest/globals';
import { readCacheControl } from './cache-control.ts';
import { CollectedPolicy, MOST_TAGS } from './collected-policy.ts';

function received(cacheControl: string | undefined, tags?: unknown) {
  const extensions = tags === undefined ? {} : { apolloCacheTags: tags };
  return { answer: { data: {}, errors: [], extensions }, responseBytes: 2, cacheControl };
}

function policyOf(...answers: ReturnType<typeof received>[]) {
  const collected = new CollectedPolicy();
  for (const answer of answers) collected.add(answer);
  return collected.policy;
}

describe('readCacheControl', () => {
  it.each([
    ['max-age=60, public', { maxAgeS: 60, scope: 'public' }],
    ['Public , Max-Age=60', { maxAgeS: 60, scope: 'public' }],
    ['max-age=60, private', { maxAgeS: 60, scope: 'private' }],
    ['max-age=60', { maxAgeS: 60, scope: 'private' }],
    ['max-age=60, public, private', { maxAgeS: 60, scope: 'private' }],
    ['max-age=60, s-maxage=10, public', { maxAgeS: 10, scope: 'public' }],
  ] as const)('reads %s', (header, allowance) => {
    expect(readCacheControl(header)).toEqual(allowance);
  });

  it.each([undefined, '', 'public', 'no-store', 'max-age=60, no-store', 'max-age=60, no-cache', 'max-age=0, public'])(
    'takes %s for no allowance',
    (header) => {
      expect(readCacheControl(header)).toBeUndefined();
    },
  );

  it.each([
    'max-age=-1, public',
    'max-age=1e9, public',
    'max-age=60.5, public',
    'max-age, public',
    'max-age="60", public',
  ])('takes no age out of %s', (header) => {
    expect(readCacheControl(header)).toBeUndefined();
  });
});

describe('CollectedPolicy', () => {
  it('is the shortest time, the narrowest scope and all tags', () => {
    expect(
      policyOf(
        received('max-age=60, public', ['a', 'b']),
        received('max-age=300, private', ['b', 'c']),
        received('max-age=90, public'),
      ),
    ).toEqual({ maxAgeS: 60, scope: 'private', tags: ['a', 'b', 'c'] });
  });

  it('is none when one answer allows nothing, in whatever order they come', () => {
    const [good, bad] = [received('max-age=60, public'), received('no-store')];
    expect(policyOf(good, bad)).toBeUndefined();
    expect(policyOf(bad, good)).toBeUndefined();
    expect(policyOf(good, received(undefined), good)).toBeUndefined();
  });

  it('is none when nothing was asked for', () => {
    expect(policyOf()).toBeUndefined();
  });

  it('is none when tags are not understood', () => {
    expect(policyOf(received('max-age=60, public', 'product:1'))).toBeUndefined();
    expect(policyOf(received('max-age=60, public', ['product:1', 2]))).toBeUndefined();
  });

  it('is none when there are too many tags', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, index) => `product:${index}`);
    expect(policyOf(received('max-age=60, public', tags(MOST_TAGS)))?.tags).toHaveLength(MOST_TAGS);
    expect(policyOf(received('max-age=60, public', tags(MOST_TAGS + 1)))).toBeUndefined();
  });
});
