import { describe, expect, it } from '@jest/globals';
import { parse, print } from 'graphql';
import { computedFieldsOf, withConditionsApart } from './conditions-apart.ts';

const computed = computedFieldsOf(
  parse(`type Product {
    id: ID! @join__field(graph: SHIPPING)
    estimate: Int @join__field(graph: SHIPPING, requires: "weight") @join__field(graph: STOCK, external: true)
    label: String @join__field(graph: SHIPPING, requires: "id")
  }`),
);

function apart(selections: string): string {
  return print(withConditionsApart(parse(`{ ${selections} }`), computed)).replaceAll(/\s+/g, ' ');
}

describe('conditions of computed fields', () => {
  it.each([
    ['estimate @include(if: $x)', '... @include(if: $x) { estimate }'],
    [
      'e: estimate(a: 1) @skip(if: $x) @other @include(if: $y)',
      '... @skip(if: $x) @include(if: $y) { e: estimate(a: 1) @other }',
    ],
    [
      'label @skip(if: $x) { estimate @skip(if: $y) }',
      '... @skip(if: $x) { label { ... @skip(if: $y) { estimate } } }',
    ],
  ])('stand on fragments around them: %s', (selections, expected) => {
    expect(apart(selections)).toBe(`{ ${expected} }`);
  });

  it.each(['estimate', 'estimate @other', 'id @include(if: $x)', '... @include(if: $x) { estimate }'])(
    'are all that is changed: %s',
    (selections) => {
      expect(apart(selections)).toBe(`{ ${selections} }`);
    },
  );
});
