import { InvalidArgumentError } from 'commander';

const MOST_DAYS = 365;

/** The value of `--days`. */
export function parseDays(text: string): number {
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS)
    throw new InvalidArgumentError(`Expected 1 to ${MOST_DAYS}.`);
  return days;
}

/** The value of `--min-share`. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1)) throw new InvalidArgumentError('Expected 0 to 1.');
  return share;
}
