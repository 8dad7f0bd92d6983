import { InvalidArgumentError } from 'commander';

/** Parses an option that is a whole number from 1 to `limit`; commander makes a usage error of any other text. */
export function countUpTo(limit: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > limit)
      throw new InvalidArgumentError(`Expected 1 to ${limit.toLocaleString('en')}.`);
    return count;
  };
}
