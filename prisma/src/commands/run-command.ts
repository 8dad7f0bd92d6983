import { fileURLToPath } from 'node:url';
import { type Command, CommanderError, Option } from 'commander';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';

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
    if (isMissingDatabasesFile(error)) console.error(MISSING_FILE_ADVICE);
  }
}

const MISSING_FILE_ADVICE =
  'The local stack writes this file when it starts: run npm start first. Where the databases are described in another file, ' +
  'name it with --databases or TRIBUTARY_DATABASES_FILE; a stack that keeps its data elsewhere prints the command.';

function isMissingDatabasesFile(error: unknown): boolean {
  if (!(error instanceof DatabasesConfigError)) return false;
  // Not instanceof: under jest, Node's own errors are of another realm.
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT';
}
