/**
 * Decisions taken from a list of numbers, which a property test can make shorter and smaller. After its end every decision is the
 * first choice, so the smallest list gives the simplest outcome.
 */
export interface Entropy {
  /** A whole number from 0 to below `choices`. */
  below(choices: number): number;
  /** True in one of so many cases; false once the list is at its end. */
  oneIn(cases: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** @param numbers whole and not negative */
export function createEntropy(numbers: readonly number[]): Entropy {
  let position = 0;
  const next = () => numbers[position++] ?? 0;
  const entropy: Entropy = {
    below: (choices) => next() % choices,
    oneIn: (cases) => next() % cases === cases - 1,
    pick: (items) => items[entropy.below(items.length)] ?? items[0],
  };
  return entropy;
}
