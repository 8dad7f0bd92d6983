import { describe, expect, it } from '@jest/globals';
import { Packr } from 'msgpackr';
import type { Entry } from './entry.ts';
import { decodeEntry, encodeEntry } from './entry-codec.ts';

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
    ['an entry of another release', new Packr().pack([0, 1, 1, [], [], true, 'chair'])],
  ])('takes %s for no entry', (_, bytes) => {
    expect(decodeEntry(bytes)).toBeUndefined();
  });

  it('describes the fields of many rows once', () => {
    const rows = Array.from({ length: 100 }, (_, index) => ({ productTitle: 'x', priceInCents: index }));
    expect(encodeEntry(entry(rows)).byteLength).toBeLessThan(JSON.stringify(rows).length / 4);
  });
});
