import type { Operation } from '../load/operation.ts';
import { cellName } from '../matrix/cell.ts';
import type { JudgedCell } from '../matrix/run-and-judge.ts';
import { summarise } from './cell-summary.ts';

/** A cell as it is printed when it is over: a line, and one more for each part that was missing and each problem. */
export function describeCell(
  { cell, observation, problems, pressure }: JudgedCell,
  operations: readonly Operation[],
): string {
  const found = problems.map((problem) => `  ! ${problem}`);
  if (!observation) return [`NOT AS EXPECTED: ${cellName(cell)}`, ...found].join('\n');
  const { requests, incomplete, lost, unaffectedP99Ms, refusedP50Ms } = summarise(cell, observation, operations);
  const recovery =
    observation.recoveryMs === undefined ? 'never well again' : `well ${seconds(observation.recoveryMs)} after`;
  const facts = [
    `${incomplete} of ${requests} incomplete`,
    ...(refusedP50Ms === undefined ? [] : [`half of those within ${refusedP50Ms} ms`]),
    `the rest within ${unaffectedP99Ms} ms (p99)`,
    recovery,
    observation.proof.found,
    `processors short ${Math.round(pressure * 100)}% of the time`,
  ];
  return [
    `${problems.length === 0 ? 'as expected' : 'NOT AS EXPECTED'}: ${cellName(cell)}: ${facts.join(', ')}`,
    ...lost.map(({ part, count, of, codes }) => `    ${part}: ${count} of ${of} missing (${codes.join(', ')})`),
    ...found,
  ].join('\n');
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
