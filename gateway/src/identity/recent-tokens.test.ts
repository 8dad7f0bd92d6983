import { describe, expect, it } from '@jest/globals';
import { RecentTokens } from './recent-tokens.ts';

const entryBytes = 10;

function remembering(limits: { limit?: number; limitBytes?: number }) {
  const tokens = new RecentTokens({
    limit: 1_000,
    limitBytes: 1_000_000,
    bytesOf: (token) => entryBytes + token.length,
    ...limits,
  });
  const remember = (...names: string[]) => {
    for (const name of names) tokens.remember({ token: name });
  };
  const find = (...names: string[]) => names.map((name) => tokens.find(name)?.token);
  return { tokens, remember, find };
}

describe('recent tokens', () => {
  it('are known by their whole text', () => {
    const { remember, find } = remembering({});
    remember('first', 'second');
    expect(find('first', 'second', 'firs', 'first ', '')).toEqual(['first', 'second', undefined, undefined, undefined]);
  });

  it('are not taken for each other where they end alike', () => {
    const { remember, find } = remembering({});
    remember('claims.signature');
    expect(find('others.signature', 'claims.signaturE', 'claims.signature')).toEqual([
      undefined,
      undefined,
      'claims.signature',
    ]);
    remember('others.signature');
    expect(find('others.signature')).toEqual(['others.signature']);
  });

  it('stay as long as they come again among half as many others as may be remembered', () => {
    const { remember, find } = remembering({ limit: 10 });
    remember('regular');
    for (let index = 0; index < 100; index += 1) {
      remember(`guest ${index}.`);
      if (index % 4 === 0) expect(find('regular')).toEqual(['regular']);
    }
  });

  it('are forgotten when they do not come again', () => {
    const { tokens, remember, find } = remembering({ limit: 10 });
    const names = Array.from({ length: 100 }, (_, index) => `guest ${index}.`);
    remember(...names);
    expect(find(...names.slice(0, -10)).filter((token) => token !== undefined)).toEqual([]);
    expect(find(...names.slice(-5))).toEqual(names.slice(-5));
    expect(tokens.size).toBeLessThanOrEqual(10);
  });

  it('are fewer where they are long', () => {
    const { tokens, remember, find } = remembering({ limitBytes: 1_000 });
    const names = Array.from({ length: 100 }, (_, index) => `${index}.`.padStart(90));
    remember(...names);
    expect(find(...names.slice(-5))).toEqual(names.slice(-5));
    expect(tokens.size * (entryBytes + 90)).toBeLessThanOrEqual(1_000);
  });

  it('are all forgotten at once', () => {
    const { tokens, remember, find } = remembering({ limit: 4 });
    remember('a', 'b', 'c');
    tokens.clear();
    expect(find('a', 'b', 'c')).toEqual([undefined, undefined, undefined]);
    expect(tokens.size).toBe(0);
  });
});
