import { describe, expect, it } from '@jest/globals';
import { Packr } from 'msgpackr';
import type { Entry } from './entry.ts';
import { decodedSize, decodeEntry, encodeEntry } from './entry-codec.ts';

const entry = (value: unknown): Entry => ({
  value,
  filledAtMs: 1_800_000_000_123,
  freshForMs: 54_321.5,
  tags: ['=product:1', 'category:7:list'],
  versions: [1_800_000_000_123_456, 0],
});

describe('the codec of entries', () => {
  it.each<[string, unknown]>([
    [
      'a row with a bigint, a date and bytes',
      { id: 2n ** 62n, small: 5n, at: new Date(0), bytes: Buffer.from([0, 255]) },
    ],
    ['null, which is a value', null],
    ['nothing, which says that there is none', undefined],
    [
      'many rows of one shape',
      Array.from({ length: 50 }, (_, index) => ({ id: BigInt(index), title: `product ${index}` })),
    ],
    ['a key that every object inherits', JSON.parse('{"constructor": 1}')],
  ])('brings back %s', (_, value) => {
    expect(decodeEntry(encodeEntry(entry(value)))).toEqual(entry(value));
  });

  it.each<[string, Uint8Array]>([
    ['no bytes', new Uint8Array()],
    ['half an entry', encodeEntry(entry({ title: 'chair' })).subarray(0, 20)],
    ['text', Buffer.from('{"title":"chair"}')],
    ['an entry of another release', new Packr().pack([1, 1, 1, [], [], true, 'chair'])],
    ['half of a large entry', encodeEntry(entry('chair '.repeat(10_000))).subarray(0, 40)],
    ['a row with another number of fields', encodeEntry(entry({ a: 1, b: 2 }), ['a', 'b', 'c'])],
  ])('takes %s for no entry', (_, bytes) => {
    expect(decodeEntry(bytes, ['a', 'b'])).toBeUndefined();
  });

  it('keeps a row whose fields are known without their names', () => {
    const row = { productTitle: 'chair', priceInCents: 5n, publishedAt: new Date(0), note: null };
    const fields = Object.keys(row);
    const bytes = encodeEntry(entry(row), fields);
    expect(Buffer.from(bytes).includes('productTitle')).toBe(false);
    expect(decodeEntry(bytes, fields)).toEqual(entry(row));
    expect(decodeEntry(bytes)).toEqual(entry(Object.values(row)));
  });

  it.each([undefined, null, 'text'])('keeps %s as it is where rows are expected', (value) => {
    expect(decodeEntry(encodeEntry(entry(value), ['a']), ['a'])).toEqual(entry(value));
  });

  it('compresses what is large', () => {
    const rows = Array.from({ length: 200 }, (_, index) => ({ title: `product ${index}`, description: 'solid oak' }));
    const bytes = encodeEntry(entry(rows));
    expect(bytes.byteLength).toBeLessThan(JSON.stringify(rows).length / 8);
    expect(decodeEntry(bytes)).toEqual(entry(rows));
  });

  it('tells what is compressed by what it takes when it is not', () => {
    const [text, other] = ['chair '.repeat(10_000), 'chair'];
    expect(encodeEntry(entry(text)).byteLength).toBeLessThan(1_000);
    const sizes = [text, other].map((value) => decodedSize(encodeEntry(entry(value))));
    expect(sizes[0]).toBeGreaterThan(text.length);
    expect(sizes[1]).toBe(encodeEntry(entry(other)).byteLength);
  });

  it('describes the fields of many rows once', () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ productTitle: 'x', priceInCents: index }));
    expect(encodeEntry(entry(rows)).byteLength).toBeLessThan(JSON.stringify(rows).length / 4);
  });
});
