import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { operationHash, selectOperation } from './operation-document.ts';

function hashOf(source: string, operationName?: string): string {
  const selected = selectOperation(parse(source), operationName);
  if (!selected) throw new Error('no operation');
  return operationHash(selected);
}

describe('an operation of a document', () => {
  it('comes with the fragments that it uses, also through others, and nothing else', () => {
    const source = `
      fragment Unused on T { a }
      query A { ...Outer }
      query B { b }
      fragment Outer on T { a { ...Inner } }
      fragment Inner on T { ...Outer c }`;
    const selected = selectOperation(parse(source), 'A');

    expect(selected && print(selected).match(/(query|fragment) \w+/g)).toEqual([
      'query A',
      'fragment Inner',
      'fragment Outer',
    ]);
  });

  it.each([
    ['white space and comments', '{a{b}}', '# all\n{\n  a { b }\n}'],
    [
      'the order of definitions',
      '{...A ...B} fragment A on T{a} fragment B on T{b}',
      'fragment B on T{b} fragment A on T{a} {...A ...B}',
    ],
    ['fragments that it does not use', '{a}', '{a} fragment A on T{a}'],
  ])('is the same whatever %s there are', (_case, one, other) => {
    expect(hashOf(one)).toBe(hashOf(other));
  });

  it('is the same beside other operations', () => {
    expect(hashOf('query A{a} query B{b}', 'B')).toBe(hashOf('query B{b}'));
  });

  it.each(['{a(x:1)}', '{a(x:"1")}', '{b:a}', 'query A{a}', '{b a}'])(
    'is another one than { a b } when it is %s',
    (source) => {
      expect(hashOf(source)).not.toBe(hashOf('{a b}'));
    },
  );

  it.each([
    ['has no such name', '{a}', 'A'],
    ['is one of several', 'query A{a} query B{b}', undefined],
    ['is not there', 'fragment A on T{a}', undefined],
  ])('is not found when it %s', (_case, source, name) => {
    expect(selectOperation(parse(source), name)).toBeUndefined();
  });
});
