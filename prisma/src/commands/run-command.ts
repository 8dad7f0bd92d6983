import { fileURLToPath } from 'node:url';
import { type Command, CommanderError, Option } from 'commander';

const DEFAULT_DATABASES_FILE = fileURLToPath(new URL('../../../.tributary/databases.json', import.meta.url));

/** Where a command learns which databases there are: `--databases`, else the environment, else the local stack's file. */
export function databasesFileOption(): Option {
  return new Option('--databases <file>', 'JSON file that says where the databases are')
    .env('TRIBUTARY_DATABASES_FILE')
    .default(DEFAULT_DATABASES_FILE);
}

/** Runs a command line and sets the exit code: 0 done, 1 failed, 2 not understood. A failure is told in its message alone. */
export async function runCommand(program: Command): Promise<void> {
  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
}
