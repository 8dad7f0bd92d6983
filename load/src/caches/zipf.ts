/** Draws ranks from 0 on, by a Zipf law: the first is asked for most, the n-th 1/n^exponent as often. */
export type Ranks = () => number;

/**
 * Ranks by a Zipf law over `count`, by inverting its cumulative distribution.
 * @param random uniform over [0, 1)
 */
export function zipf(count: number, exponent: number, random: () => number): Ranks {
  let total = 0;
  const cumulative = Array.from({ length: count }, (_, rank) => {
    total += (rank + 1) ** -exponent;
    return total;
  });
  return () => {
    const point = random() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] ?? 0) > point) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
