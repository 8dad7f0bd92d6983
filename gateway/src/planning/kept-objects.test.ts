import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { withKeptObjects } from './kept-objects.ts';

function kept(source: string): string {
  return print(withKeptObjects(parse(source))).replaceAll(/\s+/g, ' ');
}

describe('what the planner sees of conditions', () => {
  it.each([
    ['{ a @include(if: true) b @skip(if: false) { c } }', '{ a b { c } }'],
    ['{ a @include(if: false) { b } c }', '{ c }'],
    ['{ a { b c @include(if: false) d @include(if: true) @skip(if: true) } }', '{ a { b } }'],
    [
      '{ ... @skip(if: true) { a } ...F @include(if: false) b } fragment F on Query { c }',
      '{ b } fragment F on Query { c }',
    ],
    ['query ($x: Boolean!) { a @include(if: $x) @skip(if: false) }', 'query ($x: Boolean!) { a @include(if: $x) }'],
    ['{ a @custom(if: false) }', '{ a @custom(if: false) }'],
  ])('is what literals leave: %s', (source, expected) => {
    expect(kept(source)).toBe(expected);
  });

  it.each([
    ['{ a { b @include(if: false) } }', '{ a { __typename } }'],
    ['{ a @include(if: false) }', '{ __typename }'],
    ['{ a { ... on B { c @skip(if: true) } } }', '{ a { ... on B { __typename } } }'],
    ['{ a { ...F } } fragment F on A { b @skip(if: true) }', '{ a { ...F } } fragment F on A { __typename }'],
  ])('is a type name where literals leave nothing: %s', (source, expected) => {
    expect(kept(source)).toBe(expected);
  });

  it.each([
    ['a @include(if: $x) { b @include(if: $y) }', 'a @include(if: $x) { b @include(if: $y) __typename }'],
    ['a @skip(if: $x) { ... on B { b @skip(if: $y) } }', 'a @skip(if: $x) { ... on B { b @skip(if: $y) } __typename }'],
    ['a @skip(if: $x) { ... @skip(if: $y) { b } }', 'a @skip(if: $x) { ... @skip(if: $y) { b } __typename }'],
    [
      'a @skip(if: $x) { b @skip(if: $y) { c @skip(if: $x) } }',
      'a @skip(if: $x) { b @skip(if: $y) { c @skip(if: $x) __typename } __typename }',
    ],
  ])('is a type name, too, where variables may leave nothing of what variables decide: %s', (selections, expected) => {
    expect(kept(`query ($x: Boolean!, $y: Boolean!) { ${selections} }`)).toBe(
      `query ($x: Boolean!, $y: Boolean!) { ${expected} }`,
    );
  });

  it.each([
    'a @include(if: $x) { b @include(if: $y) c }',
    'a @include(if: $x) { b @include(if: $y) ... on C { c } }',
    'a @include(if: $x)',
    'a { b @include(if: $y) }',
    'a { ... @include(if: $x) { b { c @include(if: $y) } } }',
  ])('stays as it is where the planner keeps objects itself: %s', (selections) => {
    const source = `query ($x: Boolean!, $y: Boolean!) { ${selections} }`;
    expect(kept(source)).toBe(source);
  });

  it('takes fragments for what they always select', () => {
    const conditional = 'fragment F on A { ...G } fragment G on A { b @include(if: $y) }';
    const certain = 'fragment F on A { ...G } fragment G on A { b @include(if: $y) c }';
    const operation = (a: string) => `query ($x: Boolean!, $y: Boolean!) { a @include(if: $x) { ${a} } }`;
    expect(kept(`${operation('...F')} ${conditional}`)).toBe(`${operation('...F __typename')} ${conditional}`);
    expect(kept(`${operation('...F')} ${certain}`)).toBe(`${operation('...F')} ${certain}`);
  });
});
