import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { withoutIntrospection } from './introspection-fields.ts';

describe('what the planner sees of a question about the schema', () => {
  it.each([
    ['{ __schema { types { isOneOf } } }', '{ __schema { __typename } }'],
    ['{ shown: __type(name: "A") { ...Shown } id }', '{ shown: __type(name: "A") { __typename } id }'],
    ['{ a { ... on Query { __schema { types { name } } } } }', '{ a { ... on Query { __schema { __typename } } } }'],
  ])('is that there is one: %s', (source, expected) => {
    expect(print(withoutIntrospection(parse(source))).replaceAll(/\s+/g, ' ')).toBe(expected);
  });
});
