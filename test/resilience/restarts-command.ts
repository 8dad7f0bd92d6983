import { Command, InvalidArgumentError, Option } from 'commander';
import { GIVEN_UP_EXIT_CODES, runStackCommand } from '../kit/faults/stack-command.ts';
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
  .addHelpText(
    'after',
    `\nExit codes: 0 no request failed, 1 one did (logs are kept), 2 wrong arguments, ${GIVEN_UP_EXIT_CODES}.`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
const wishes = program.parse().opts<Pick<RestartsOptions, 'clients' | 'queue'>>();

await runStackCommand({ name: 'restarts', run });

async function run(directory: string, signal: AbortSignal): Promise<boolean> {
  console.log('starting the stack');
  const parts = await runRestarts({ ...wishes, directory, print: console.log, signal });
  for (const { what, processes, answered, failures } of parts) {
    console.log(`${processes.length} processes ${what}: ${answered} requests answered, ${failures.length} failed`);
    for (const failure of failures.slice(0, SHOWN_FAILURES)) console.log(`  ${failure}`);
  }
  return parts.every(({ failures }) => failures.length === 0);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_000) throw new InvalidArgumentError('Expected 1 to 1,000.');
  return count;
}
