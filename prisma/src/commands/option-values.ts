import { InvalidArgumentError } from 'commander';

/** Parses an option that is a whole number within bounds; any other text is not understood. */
export function countBetween(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < least || count > most)
      throw new InvalidArgumentError(`it is a number from ${least} to ${most}.`);
    return count;
  };
}

/** Parses a time, which needs its zone: nobody knows whose midnight is meant. */
export function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !/T.*(Z|[+-]\d\d:?\d\d)$/i.test(text))
    throw new InvalidArgumentError('it is a time with its zone, for example 2026-11-23T00:00Z.');
  return time;
}
