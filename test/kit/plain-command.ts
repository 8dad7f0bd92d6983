import { parseArgs } from 'node:util';

/**
 * Runs a command that has no option but `--help`, and sets the exit code of the process: what `run` returns, or 2 for any other
 * argument.
 */
export async function runPlainCommand(help: string, run: () => Promise<number>): Promise<void> {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
    if (values.help) {
      console.log(help);
      return;
    }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${help}`);
    process.exitCode = 2;
    return;
  }
  process.exitCode = await run();
}
