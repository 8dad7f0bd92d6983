/** A promise and what was measured of it. */
export interface Verdict {
  readonly what: string;
  readonly measured: string;
  readonly isHeld: boolean;
}

/** The lines of a Markdown table, a promise a row. */
export function verdictTable(verdicts: readonly Verdict[]): string[] {
  return [
    '| promised | measured | |',
    '|---|---|---|',
    ...verdicts.map(({ what, measured, isHeld }) => `| ${what} | ${measured} | ${isHeld ? 'held' : 'missed'} |`),
  ];
}

/** A line for each promise that was missed. */
export function missedPromises(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ isHeld }) => !isHeld)
    .map(({ what, measured }) => `promised: ${what}; measured: ${measured}`);
}
