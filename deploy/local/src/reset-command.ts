import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { explainDeniedAccess } from './access-denied.ts';
import { isLocalStackError, systemCodeOf } from './local-stack-error.ts';
import { lockDirectory } from './postgres/directory-lock.ts';
import { endLeftBehindServers } from './postgres/left-behind.ts';
import { defaultDataDirectory } from './stack/data-directory.ts';

const program = new Command('npm run reset --')
  .description(
    'Forgets the databases and keys of the local stack, after stopping servers that a killed run left behind.',
  )
  .option('--data <directory>', 'where they are kept (default: .tributary in the checkout)')
  .addHelpText('after', '\nExit codes: 0 done, 1 refused because the stack runs, 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const options = program.parse().opts<{ data?: string }>();

try {
  const data = options.data ?? (await defaultDataDirectory());
  const postgresDirectory = join(data, 'postgres');
  const lock = await lockDirectory(join(postgresDirectory, 'owner.json')).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (lock) await endLeftBehindServers(postgresDirectory, (line) => console.log(line));
  // Only what the stack made: --data may name a folder that holds more.
  for (const made of ['postgres', 'redis', 'keys', 'keys.unfinished', 'databases.json'])
    await rm(join(data, made), { recursive: true, force: true });
  await rmdir(data).catch(() => undefined);
  console.log('Databases and keys are gone; the next npm start begins anew.');
} catch (thrown) {
  const error = explainDeniedAccess(thrown);
  console.error(isLocalStackError(error) ? `${error.code}: ${error.message}` : error);
  process.exit(1);
}
