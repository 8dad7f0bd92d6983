import { type Command, CommanderError } from 'commander';
import { EnvironmentError } from '../environment/environment-error.ts';

/** The exit codes of commands, besides 0 for what is done. */
export const FAILED = 1;
const NOT_UNDERSTOOD = 2;

/**
 * Runs a command line and sets the exit code of the process, unless its action has: 1 failed, 2 not understood, or an environment that
 * is wrong. A failure is told in its message alone.
 */
export async function runCommand(program: Command): Promise<void> {
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : NOT_UNDERSTOOD;
      return;
    }
    process.exitCode = error instanceof EnvironmentError ? NOT_UNDERSTOOD : FAILED;
    console.error(error instanceof Error ? error.message : error);
  }
}
