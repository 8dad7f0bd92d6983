import { expect, it } from '@jest/globals';
import { parseLsn, positionOfLsn } from './wal-position.ts';

it('a position counts the bytes of both halves', () => {
  expect(parseLsn('16/B374D848')).toBe(0x16b374d848n);
  expect(positionOfLsn('16/B374D848')).toBe(0x16b374d848);
  expect(positionOfLsn('0/0')).toBe(0);
});
