import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { onStopSignal } from '@tributary/runtime/lifecycle/stop-signals';

export interface StackCommandOptions {
  /** The temporary folder's, after `tributary-`. */
  readonly name: string;
  /** Whether logs and databases of a good run are kept, too. */
  readonly isKept?: boolean;
  /**
   * Runs a stack in an empty folder, which Postgres can reach, and ends it.
   * @param signal is aborted when the run is to be given up
   * @returns whether all was as it should be
   */
  readonly run: (directory: string, signal: AbortSignal) => Promise<boolean>;
}

/** What `runStackCommand` ends a process with, for a help text. */
export const GIVEN_UP_EXIT_CODES = '130 or 143 it was given up by SIGINT or SIGTERM';

/**
 * The whole of a command that runs a stack of its own. Ends the process with 0 when all was as it should be, and with 1 when it was
 * not or the run failed: its folder is kept then. SIGINT and SIGTERM give the run up: with 130 or 143, when its stack has ended and
 * its folder is gone.
 */
export async function runStackCommand({ name, isKept = false, run }: StackCommandOptions): Promise<never> {
  const directory = await mkdtemp(join(tmpdir(), `tributary-${name}-`));
  // Postgres runs as another user when this runs as root.
  await chmod(directory, 0o711);
  const giveUp = new AbortController();
  let givenUpCode: number | undefined;
  onStopSignal((signal) => {
    console.error(`${signal}: the run is given up, and its stack is stopped`);
    givenUpCode = 128 + constants.signals[signal];
    giveUp.abort();
  });
  const isGood = await run(directory, giveUp.signal).catch((error: unknown) => {
    if (givenUpCode === undefined) console.error(error);
    return false;
  });
  const exitCode = givenUpCode ?? (isGood ? 0 : 1);
  if (isKept || exitCode === 1) console.log(`logs and databases are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  // Clients of a run that was given up go on asking a gateway that is gone.
  process.exit(exitCode);
}
