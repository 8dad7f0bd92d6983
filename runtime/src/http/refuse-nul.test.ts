import { describe, expect, it } from '@jest/globals';
import { refuseNul } from './refuse-nul.ts';

describe('refuseNul', () => {
  it.each([
    ['a JSON escape', String.raw`{"variables":{"name":"a\u0000b"}}`],
    ['a GraphQL escape inside JSON', String.raw`{"query":"{ a(b: \"\\u0000\") }"}`],
    ['a GraphQL escape with braces', String.raw`{"query":"{ a(b: \"\\u{00}\") }"}`],
    ['a URL', '?query=%7Ba%7D&variables=%7B%22b%22%3A%22%00%22%7D'],
    ['an escape inside a URL', '?query=a%5Cu0000'],
  ])('refuses NUL in %s', (_, text) => {
    expect(() => refuseNul(text)).toThrow(expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } }));
  });

  it('lets other escapes pass', () => {
    expect(() => refuseNul(String.raw`{"name":"\u00e9 \u{1F600} \u0001"}`)).not.toThrow();
  });
});
