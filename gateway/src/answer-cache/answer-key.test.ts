import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AskedQuery, PrivateKeys, queryKeys, variablesText } from './answer-key.ts';

const query: AskedQuery = {
  version: 'v',
  identity: { hash: 'h', decisionKey: '+1' },
  variables: '{}',
  anybody: '[null]',
};

describe('variablesText', () => {
  it('does not depend on the order of names, at any level', () => {
    expect(variablesText({ b: { y: 1, x: [{ d: 1, c: 2 }] }, a: null })).toBe(
      variablesText({ a: null, b: { x: [{ c: 2, d: 1 }], y: 1 } }),
    );
  });

  it('tells apart what differs', () => {
    const texts = [
      '{}',
      '{"a":null}',
      '{"a":"1"}',
      '{"a":1}',
      '{"a":[1]}',
      '{"a":[[1]]}',
      '{"__proto__":{"a":1}}',
      '{"a":{}}',
    ];
    expect(new Set(texts.map((text) => variablesText(JSON.parse(text)))).size).toBe(texts.length);
  });

  it('says again what JSON said', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (variables) => {
        const parsed = JSON.parse(JSON.stringify(variables));
        expect(JSON.parse(variablesText(parsed) ?? '')).toEqual(parsed);
      }),
    );
  });

  it('has no text for an infinite number, nor for more levels than can be walked', () => {
    expect(variablesText(JSON.parse('{"a":[1e999]}'))).toBeUndefined();
    expect(variablesText(JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`))).toBeUndefined();
  });
});

describe('queryKeys', () => {
  it('differ in whatever the answer depends on', () => {
    const others: AskedQuery[] = [
      query,
      { ...query, version: 'w' },
      { ...query, identity: { hash: 'i', decisionKey: '+1' } },
      { ...query, identity: { hash: 'h', decisionKey: '-1' } },
      { ...query, variables: '{"a":1}' },
      { ...query, anybody: '[null,"de"]' },
    ];
    const keys = others.map((each) => queryKeys(each).publicKey);
    expect(new Set(keys).size).toBe(others.length);
    const callers = ['["a"]', '["b"]'].map((caller) => new PrivateKeys().of(keys[0] ?? '', caller));
    expect(new Set([...keys, ...callers]).size).toBe(others.length + 2);
  });

  it('show nothing of who or what they are about', () => {
    const { publicKey } = queryKeys({ ...query, variables: '{"email":"jo@example.com"}' });
    expect(new PrivateKeys().of(publicKey, '["usr_1"]')).toMatch(/^answer:[\w-]{43}:[\w-]{43}$/);
  });
});
