import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { hmacPads, hmacSha256 } from './hmac.ts';

describe('hmacSha256', () => {
  it.each([1, 32, 63, 64, 65, 200])('is what Node makes of a key of %i bytes', (keyBytes) => {
    const secret = Buffer.from(Array.from({ length: keyBytes }, (_, index) => (index * 37 + keyBytes) % 256));
    const pads = hmacPads(secret);
    const texts = ['', 'a', 'POST\n/graphql\nüñí€😀', 'long '.repeat(10_000), 'short again'];

    expect(texts.map((text) => hmacSha256(pads, text))).toEqual(
      texts.map((text) => createHmac('sha256', secret).update(text).digest('base64url')),
    );
  });
});
