import { type Command, CommanderError, InvalidArgumentError } from 'commander';

/** The exit codes of every command. */
export const EXIT_CODES = { ok: 0, failed: 1, usage: 2 } as const;

/** Text for the end of `--help`. */
export const EXIT_CODES_HELP = '\nExit codes: 0 done, 1 failed, 2 wrong usage.';

/**
 * Parses `argv` (as in `process.argv`) into the command's options.
 * Prints help or the mistake itself and then returns the exit code to leave with instead.
 */
export function parseCommandLine(command: Command, argv: readonly string[]): { exitCode: number } | undefined {
  try {
    command.exitOverride().addHelpText('after', EXIT_CODES_HELP).parse(argv);
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { exitCode: error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage };
  }
}

/**
 * Runs a command to its end and sets the exit code of the process, unless `run` has: 1 when it throws, which is told in its message alone,
 * 2 for wrong usage.
 * @param run is called with the options parsed; `command.error` in it says what is wrong with them
 * @param textOf what to print of what it throws
 */
export async function runCommand(
  command: Command,
  run: () => Promise<unknown>,
  textOf: (error: unknown) => string = messageOf,
): Promise<void> {
  const early = parseCommandLine(command, process.argv);
  if (early) {
    process.exitCode = early.exitCode;
    return;
  }
  try {
    await run();
  } catch (error) {
    const isUsage = error instanceof CommanderError;
    if (!isUsage) process.stderr.write(`${textOf(error)}\n`);
    process.exitCode = isUsage ? EXIT_CODES.usage : EXIT_CODES.failed;
  }
}

/** Parses an option that is a whole number from 1 to `limit`; any other text is wrong usage. */
export function countUpTo(limit: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!Number.isInteger(count) || count < 1 || count > limit)
      throw new InvalidArgumentError(`Expected 1 to ${limit}.`);
    return count;
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
