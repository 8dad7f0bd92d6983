import { describe, expect, it } from '@jest/globals';
import { isJsonObject } from '../subgraph-fetch/json-object.ts';
import { variablesKey } from './variables-key.ts';

function keyOf(text: string): string | undefined {
  const variables: unknown = JSON.parse(text);
  if (!isJsonObject(variables)) throw new Error('variables are an object');
  return variablesKey(variables);
}

describe('the key of variables', () => {
  it('is equal for equal ones', () => {
    expect(keyOf('{ "a": [1, null, "x"] }')).toBe(keyOf('{"a":[1.0,null,"\\u0078"]}'));
    expect(keyOf('{}')).toBeDefined();
  });

  it.each([
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":null}', '{}'],
    ['{"a":null}', '{"a":"null"}'],
    ['{"a":[]}', '{"a":{}}'],
    ['{"a":"\\ud800"}', '{"a":"\\ud801"}'],
    ['{"__proto__":1}', '{}'],
  ])('differs between %s and %s', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other));
  });

  it.each(['{"a":1e999}', '{"a":[{"b":-1e999}]}', '{"a":null,"b":1e999}'])(
    'does not exist for %s, which would look like null',
    (text) => {
      expect(keyOf(text)).toBeUndefined();
    },
  );

  it('exists for variables of any depth', () => {
    const depth = 100_000;
    expect(keyOf(`{"a":${'['.repeat(depth)}null${']'.repeat(depth)}}`)).toHaveLength(2 * depth + 10);
  });
});
