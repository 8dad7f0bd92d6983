import { describe, expect, it } from '@jest/globals';
import { hashRequest } from './request-hash.ts';

describe('the hash of a request', () => {
  it('does not depend on the order of properties, at any depth', () => {
    expect(hashRequest({ a: 1, b: { c: [1, { d: 2, e: 3 }] } })).toEqual(
      hashRequest({ b: { c: [1, { e: 3, d: 2 }] }, a: 1 }),
    );
  });

  it('depends on the order of a list', () => {
    expect(hashRequest({ items: [1, 2] })).not.toEqual(hashRequest({ items: [2, 1] }));
  });

  it('tells values apart, also bigints that a number would round', () => {
    expect(hashRequest({ id: 9007199254740993n })).not.toEqual(hashRequest({ id: 9007199254740992n }));
  });

  it('takes a property that is undefined as absent', () => {
    expect(hashRequest({ a: 1, note: undefined })).toEqual(hashRequest({ a: 1 }));
  });

  it('takes no request at all', () => {
    expect(hashRequest(undefined)).toHaveLength(32);
  });
});
