import { describe, expect, it } from '@jest/globals';
import { nextNonce } from './nonce.ts';

describe('nonces', () => {
  it('are 12 characters of base64url, no two of them the same', () => {
    const nonces = Array.from({ length: 10_000 }, nextNonce);
    expect(nonces.filter((nonce) => !/^[\w-]{12}$/.test(nonce))).toEqual([]);
    expect(new Set(nonces).size).toBe(10_000);
  });
});
