import { describe, expect, it } from '@jest/globals';
import { measureDocument } from '@tributary/gateway/limits/measure-document';
import fc from 'fast-check';
import { buildSchema, parse } from 'graphql';
import { expandedSize } from './expanded-size.ts';

const schema = buildSchema(`
  type Query { any: Any some: Some one: One }
  interface Any { any: Any some: Some leaf: Int }
  type One implements Any { any: Any some: Some leaf: Int one: One }
  type Two implements Any { any: Any some: Some leaf: Int }
  type Three implements Any { any: Any some: Some leaf: Int }
  union Some = One | Two
`);

const FRAGMENTS = 4;
const directive = fc.constantFrom('', '', ' @a', ' @a @b');
const alias = fc.constantFrom('', '', 'x: ', 'y: ');
const condition = fc.constantFrom('', ' on Any', ' on One', ' on Some');

/** The text of a selection set that spreads only fragments after the given one, so that none is within itself. */
function selectionSet(fragment: number, depth: number): fc.Arbitrary<string> {
  const leaf = fc.tuple(alias, directive).map(([name, uses]) => `${name}leaf${uses}`);
  const later = Array.from({ length: FRAGMENTS - fragment - 1 }, (_, index) => `...F${fragment + 1 + index}`);
  const spread = fc.tuple(fc.constantFrom('__typename', ...later), directive).map((parts) => parts.join(''));
  if (depth === 0) return inBraces(fc.oneof(leaf, spread));
  const below = selectionSet(fragment, depth - 1);
  const field = fc
    .tuple(alias, fc.constantFrom('any', 'some', 'one'), directive, below)
    .map(([name, ...rest]) => `${name}${rest.join('')}`);
  const inline = fc.tuple(condition, directive, below).map(([on, ...rest]) => `...${on}${rest.join('')}`);
  return inBraces(fc.oneof(leaf, spread, field, inline));
}

function inBraces(selection: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.array(selection, { minLength: 1, maxLength: 3 }).map((selections) => ` { ${selections.join(' ')} }`);
}

/** An operation that uses every fragment. */
const documents = fc
  .tuple(
    selectionSet(-1, 3),
    ...Array.from({ length: FRAGMENTS }, (_, fragment) =>
      fc
        .tuple(fc.constantFrom('Any', 'One', 'Some'), selectionSet(fragment, 1))
        .map(([type, selections]) => `fragment F${fragment} on ${type}${selections}`),
    ),
  )
  .map(([operation, ...fragments]) => {
    const spreads = fragments.map((_, fragment) => `...F${fragment}`);
    return `{ any { ${spreads.join(' ')} } ...on Query${operation} } ${fragments.join(' ')}`;
  });

describe('the size of a document', () => {
  it('is that of its expansion, for any document', () => {
    fc.assert(
      fc.property(documents, (text) => {
        const document = parse(text);
        expect(measureDocument(document, schema)).toEqual(expandedSize(document, schema));
      }),
      { numRuns: 500 },
    );
  });
});
