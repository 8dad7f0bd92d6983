import { describe, expect, it } from '@jest/globals';
import { OperationList } from './operation-list.ts';

const list = new OperationList([
  { id: '1', name: 'A', type: 'query', body: 'fragment F on T { a } query A { ...F ...G } fragment G on U { b c }' },
  { id: '2', name: 'B', type: 'query', body: '}}} no GraphQL' },
]);

describe('OperationList', () => {
  it.each([
    ['the very text', 'fragment F on T { a } query A { ...F ...G } fragment G on U { b c }'],
    ['white space, commas and comments', '# c\nfragment F on T {a,} query A {...F,...G} fragment G on U {\n b c }'],
    ['the order of definitions', 'query A { ...F ...G } fragment G on U { b c } fragment F on T { a }'],
    ['the very text of what does not parse', '}}} no GraphQL'],
  ])('knows a text again that differs in nothing but %s', (_, text) => {
    expect(list.verdictOn(text).isListed).toBe(true);
  });

  it.each([
    ['another order of fields', 'query A { ...F ...G } fragment G on U { c b } fragment F on T { a }'],
    ['another name', 'query Z { ...F ...G } fragment G on U { b c } fragment F on T { a }'],
    ['one operation more', 'query A { ...F ...G } query Z { z } fragment G on U { b c } fragment F on T { a }'],
    ['a type', 'query A { ...F ...G } fragment G on U { b c } fragment F on T { a } type T { a: Int }'],
    ['other text that does not parse', '}}} no  GraphQL'],
    ['a question about the schema beside another one', '{ __schema { description } z }'],
    ['a question about the schema beside another operation', 'query A { __typename } query Z { z }'],
    ['a fragment of the root type', '{ ...F } fragment F on Query { __typename z }'],
  ])('does not know a text with %s', (_, text) => {
    expect(list.verdictOn(text).isListed).toBe(false);
  });

  it('says of a text that is not listed whether it is seen for the first time', () => {
    expect(list.verdictOn('{ first }')).toEqual({ isListed: false, isNew: true });
    expect(list.verdictOn('{ first }')).toEqual({ isListed: false, isNew: false });
  });
});
