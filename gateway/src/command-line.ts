import { type Command, CommanderError } from 'commander';

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
