import { describe, expect, it } from '@jest/globals';
import { OperationCache } from './operation-cache.ts';
import { buildUnrulySchema } from './unruly-schema.ts';

const schema = buildUnrulySchema();

function createCache(options: { sizeLimitBytes?: number; maxTokens?: number } = {}): OperationCache {
  return new OperationCache({ schema, validationRules: [], maxTokens: 100, sizeLimitBytes: 1_000_000, ...options });
}

describe('OperationCache', () => {
  it('compiles an operation once, and those of one text each by its name', () => {
    const cache = createCache();
    const text = 'query A { user { id } } query B { user { name } }';
    expect(cache.get(text, 'A')).toBe(cache.get(text, 'A'));
    expect(cache.get(text, 'B')).not.toBe(cache.get(text, 'A'));
  });

  it('forgets the text that was not asked for the longest when it is full', () => {
    const cache = createCache({ sizeLimitBytes: 40_000 });
    const text = (id: string) => `{ user(id: "${id}") { id } }`;
    const [first, second] = [cache.get(text('1'), undefined), cache.get(text('2'), undefined)];
    for (let id = 3; id < 100; id += 1) {
      cache.get(text(String(id)), undefined);
      expect(cache.get(text('1'), undefined)).toBe(first);
    }
    expect(cache.get(text('2'), undefined)).not.toBe(second);
  });

  it('serves a text that is larger than all it may keep', () => {
    const cache = createCache({ sizeLimitBytes: 1 });
    expect(cache.get('{ user { id } }', undefined)).not.toBe(cache.get('{ user { id } }', undefined));
  });

  it('refuses a text beyond its limit of tokens', () => {
    const cache = createCache({ maxTokens: 5 });
    expect(() => cache.get('{ user { id name } }', undefined)).toThrow(
      expect.objectContaining({
        httpStatus: 400,
        errors: [expect.objectContaining({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } })],
      }),
    );
  });
});
