import type { JudgedCell } from './run-and-judge.ts';

/** From here on, some process waits for a processor nearly all the time. */
const FULL_PRESSURE = 0.9;
const MOST_ATTEMPTS = 3;

/**
 * Runs a cell, and once more when it failed while other work took all processors: that says nothing of the system. Twice more at most.
 * @param onAgain called with what failed before the cell is run again
 * @returns the last run, with how many there were: who reads the result has to know that there were others
 * @throws as `run` does
 */
export async function runWhileThereAreProcessors(
  run: () => Promise<JudgedCell>,
  onAgain: (failed: JudgedCell) => void,
): Promise<JudgedCell> {
  for (let attempts = 1; ; attempts++) {
    const judged = await run();
    if (judged.problems.length === 0 || judged.pressure < FULL_PRESSURE || attempts === MOST_ATTEMPTS) {
      return { ...judged, attempts };
    }
    onAgain(judged);
  }
}
