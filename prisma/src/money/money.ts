/** An amount of money as GraphQL shows it; columns hold the minor units as bigint. */
export interface Money {
  readonly minorUnits: number;
  readonly currency: string;
}

/**
 * A column's amount as GraphQL shows it.
 * @throws RangeError when it exceeds what a JavaScript number holds exactly: the checks of the inputs let no such amount in
 */
export function toMoney(minorUnits: bigint, currency: string): Money {
  const amount = Number(minorUnits);
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${minorUnits} minor units exceed a safe integer`);
  return { minorUnits: amount, currency };
}

/** Whether GraphQL's SafeInt can show an amount in minor units. */
export function isRepresentable(minorUnits: bigint): boolean {
  return Number.isSafeInteger(Number(minorUnits));
}
