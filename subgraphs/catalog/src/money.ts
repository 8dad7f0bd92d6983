/** The GraphQL type `Money`. */
export interface Money {
  readonly minorUnits: number;
  readonly currency: string;
}

/**
 * An amount as GraphQL shows it.
 *
 * @throws RangeError when a JavaScript number cannot hold it: no such amount gets past the checks of the inputs
 */
export function moneyOf(minorUnits: bigint, currency: string): Money {
  const amount = Number(minorUnits);
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${minorUnits} ${currency} exceeds a safe integer`);
  return { minorUnits: amount, currency };
}
