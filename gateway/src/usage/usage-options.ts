import { InvalidArgumentError } from 'commander';
import { countUpTo } from '../command-line.ts';

const MOST_DAYS = 365;

/** The value of `--days`. */
export const parseDays = countUpTo(MOST_DAYS);

/** The value of `--min-share`. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1)) throw new InvalidArgumentError('Expected 0 to 1.');
  return share;
}
