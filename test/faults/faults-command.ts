import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { GIVEN_UP_EXIT_CODES, runStackCommand } from '../kit/faults/stack-command.ts';
import { startFaultsRun } from './faults-run.ts';
import { ALL_CELLS, type Cell, cellName, selectCells } from './matrix/cell.ts';
import type { JudgedCell } from './matrix/run-and-judge.ts';
import { runWhileThereAreProcessors } from './matrix/run-while-there-are-processors.ts';
import { describeCell } from './report/cell-lines.ts';
import { faultsPage } from './report/faults-page.ts';

const PAGE = join(import.meta.dirname, '../../docs/faults.md');
const TIMES = { faultMs: 8_000, quietMs: 2_500, recoveryLimitMs: 40_000 };
const REQUESTS_PER_SECOND = 26;
const CALM_MS = 5_000;

const program = new Command('npm run faults --')
  .description(
    'Harms one part after the other of a stack of its own, in each of five ways, while clients ask for all that there is; then says what ' +
      'they still got, and whether that is what was promised.',
  )
  .option('--only <cells>', 'redis/paused, or all of redis, or all of /paused; several with commas between', parseCells)
  .option('--list', 'names the cells and does nothing')
  .option('--write <file>', 'writes the table there; all cells are written to docs/faults.md unless told')
  .option('--keep', 'keeps logs and databases of a good run, too')
  .addHelpText(
    'after',
    `\nAll ${ALL_CELLS.length} cells take about a quarter of an hour.` +
      ' What is not as expected while other work takes all processors is run again, twice at most.' +
      '\nExit codes: 0 all cells are as expected, 1 one is not or the run failed (its logs are kept), 2 wrong arguments, ' +
      `${GIVEN_UP_EXIT_CODES}.`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const {
  only: cells = ALL_CELLS,
  list: isListOnly,
  write: file = cells === ALL_CELLS ? PAGE : undefined,
  keep: isKept = false,
} = program.parse().opts<{ only?: readonly Cell[]; list?: true; write?: string; keep?: true }>();

if (isListOnly) console.log(cells.map(cellName).join('\n'));
else await runStackCommand({ name: 'faults', isKept, run });

async function run(directory: string, signal: AbortSignal): Promise<boolean> {
  const judged = await runCells(directory, signal);
  return judged.every(({ problems }) => problems.length === 0);
}

async function runCells(directory: string, signal: AbortSignal): Promise<JudgedCell[]> {
  console.log('starting the stack');
  const faults = await startFaultsRun({ directory, perSecond: REQUESTS_PER_SECOND });
  const judged: JudgedCell[] = [];
  try {
    const calm = await faults.untilCalm(CALM_MS, signal);
    for (const [index, cell] of cells.entries()) {
      const result = await runWhileThereAreProcessors(
        () => faults.run(cell, { ...TIMES, signal }),
        (failed) =>
          console.log(
            `${describeCell(failed, faults.operations)}\n  this says nothing: the machine had no processor to spare; again`,
          ),
      );
      judged.push(result);
      console.log(`${index + 1}/${cells.length} ${describeCell(result, faults.operations)}`);
    }
    if (file !== undefined) {
      const measured = { cells: judged, operations: faults.operations, calm };
      await writeFile(
        file,
        faultsPage({ ...measured, requestsPerSecond: REQUESTS_PER_SECOND, faultMs: TIMES.faultMs }),
      );
    }
    return judged;
  } finally {
    await faults.stop();
  }
}

function parseCells(text: string): readonly Cell[] {
  try {
    return selectCells(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
