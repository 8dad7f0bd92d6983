import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextNonce } from './nonce.ts';
import { NonceTable } from './nonce-table.ts';

const character = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const nonce = fc.string({ unit: character, minLength: 12, maxLength: 12 });
/** Few of them, so that they come again. */
const likeNonce = fc.string({ unit: fc.constantFrom('A', '_'), minLength: 12, maxLength: 12 });

it('knows what was added from what was not, whatever the characters are', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(nonce, likeNonce), { maxLength: 200 }), (nonces) => {
      const table = new NonceTable();
      const seen = new Set<string>();
      for (const each of nonces) {
        expect(table.add(each)).toBe(!seen.has(each));
        seen.add(each);
        expect(table.size).toBe(seen.size);
      }
    }),
  );
});

it('still knows each of many when it has grown, also of gateways that count side by side', () => {
  const table = new NonceTable();
  const counted = Array.from({ length: 5_000 }, nextNonce);
  const nonces = ['AAAAAAAA', 'AAAAAAAB', 'BAAAAAAA', 'hxU2_-9z'].flatMap((series) =>
    counted.map((each) => series + each.slice(series.length)),
  );
  expect(nonces.filter((each) => !table.add(each))).toEqual([]);
  expect(nonces.filter((each) => table.add(each))).toEqual([]);
  expect(table.size).toBe(20_000);
});
