import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type RestartsOptions, runRestarts } from './marketplace-restarts.ts';

const SHOWN_FAILURES = 10;

const program = new Command('npm run restarts --')
  .description(
    'Restarts every process of a stack of its own, two of each service, while clients ask for all that there is; then kills one of two ' +
      'instances of each subgraph while they ask for all but mutations that take no idempotency key. No request may fail.',
  )
  .option('--clients <n>', 'how many, each with one request at a time', parseCount, 12)
  .addOption(
    new Option('--queue <queue>', 'what carries the events').choices(['embedded', 'rabbitmq']).default('embedded'),
  )
  .addHelpText('after', '\nExit codes: 0 no request failed, 1 one did (logs are kept), 2 wrong arguments.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const wishes = program.parse().opts<Pick<RestartsOptions, 'clients' | 'queue'>>();

const directory = await mkdtemp(join(tmpdir(), 'tributary-restarts-'));
// Postgres runs as another user when this runs as root.
await chmod(directory, 0o711);
try {
  console.log('starting the stack');
  for (const { what, processes, answered, failures } of await runRestarts({
    ...wishes,
    directory,
    print: console.log,
  })) {
    console.log(`${processes.length} processes ${what}: ${answered} requests answered, ${failures.length} failed`);
    for (const failure of failures.slice(0, SHOWN_FAILURES)) console.log(`  ${failure}`);
    if (failures.length > 0) process.exitCode = 1;
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
}
if (process.exitCode === 1) console.log(`logs and databases are kept in ${directory}`);
else await rm(directory, { recursive: true, force: true });
process.exit();

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw new InvalidArgumentError('Expected 1 to 1,000.');
  return count;
}
