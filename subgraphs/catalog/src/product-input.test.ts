import { describe, expect, it } from '@jest/globals';
import { CATALOG_LOGICAL_SHARD, composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { parseChanges, parseDetails } from './product-input.ts';

const categoryId = composeId({ timeMs: ID_EPOCH_MS, logicalShard: CATALOG_LOGICAL_SHARD, sequence: 7 });
const input = {
  categoryId: encodeId('category', categoryId),
  title: '  Lamp ',
  description: 'Gives light.',
  price: { minorUnits: 1_999, currency: 'eur' },
  weightGrams: 500,
};

describe('what an input says of a product', () => {
  it('is read with its id decoded, its texts trimmed, its price in minor units and its currency in capitals', () => {
    expect(parseDetails(input)).toEqual({
      categoryId,
      title: 'Lamp',
      description: 'Gives light.',
      priceMinor: 1_999n,
      currency: 'EUR',
      weightGrams: 500,
    });
  });

  it('leaves out what a change leaves out or sets to null', () => {
    expect(parseChanges({ title: null, weightGrams: 2 })).toEqual({ weightGrams: 2 });
  });

  it.each([
    ['title', { title: ' ' }],
    ['title', { title: 'x'.repeat(201) }],
    ['description', { description: 'x'.repeat(5_001) }],
    ['price.minorUnits', { price: { minorUnits: -1, currency: 'EUR' } }],
    ['price.minorUnits', { price: { minorUnits: 100_000_000_001, currency: 'EUR' } }],
    ['weightGrams', { weightGrams: 1_000_001 }],
  ])('is refused, naming %s, when that is out of bounds', (field, change) => {
    const refusal = expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT', field } });
    expect(() => parseChanges(change)).toThrow(refusal);
    expect(() => parseDetails({ ...input, ...change })).toThrow(refusal);
  });
});
