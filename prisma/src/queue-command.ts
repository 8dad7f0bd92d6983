import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { type Databases, openDatabases } from './clients/databases.ts';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { type DeadMessage, listDeadMessages, replayDeadMessages } from './queue/dead-messages.ts';
import { type QueueState, queueStats } from './queue/queue-stats.ts';
import { readDatabasesFile } from './topology/topology.ts';

/** The same command for a broker. */
const BROKER_COMMAND = fileURLToPath(new URL('../../runtime/src/queue-command.ts', import.meta.url));
/** Either of them names a broker. */
const BROKER_VARIABLES = ['TRIBUTARY_QUEUE_URL', 'TRIBUTARY_QUEUE_URL_FILE'];

const program = new Command('queue').description(
  'Shows the queues and the messages that were given up, and lets them be tried again.',
);

program
  .command('stats')
  .description(
    'Lists the queues: messages that wait, messages that were given up, and the age of the oldest that waits.',
  )
  .addOption(databasesFileOption())
  .action(async ({ databases: file }: { databases: string }) => {
    await using databases = await openForCommand(file);
    const states = await queueStats(databases.catalog());
    for (const state of states) console.log(describeState(state));
    if (states.length === 0) console.log('there is no queue yet');
  });

program
  .command('dead')
  .description('Lists the messages that were given up: queue, event, attempts, age and last error.')
  .option('--limit <messages>', 'how many to list at most', parseLimit, 100)
  .addOption(databasesFileOption())
  .action(async ({ limit, databases: file }: { limit: number; databases: string }) => {
    await using databases = await openForCommand(file);
    const { messages, total } = await listDeadMessages(databases.catalog(), { limit });
    for (const message of messages) console.log(describe(message));
    if (total > messages.length) console.log(`and ${total - messages.length} more`);
    if (total === 0) console.log('no message was given up');
  });

program
  .command('replay')
  .description('Lets messages that were given up be tried again. Mend first what kept them from being handled.')
  .option('--queue <name>', 'those of one queue only')
  .addOption(databasesFileOption())
  .action(async ({ queue, databases: file }: { queue?: string; databases: string }) => {
    await using databases = await openForCommand(file);
    const replayed = await replayDeadMessages(databases.catalog(), { queue });
    for (const [name, messages] of replayed) console.log(`${name}: ${messages} will be tried again`);
    if (replayed.size === 0) console.log('no message was given up');
  });

function describeState({ queue, waiting, dead, oldestWaiting }: QueueState): string {
  const oldest = oldestWaiting === null ? '' : `  oldest ${ageOf(oldestWaiting)}`;
  return `${queue}  waiting ${waiting}  dead ${dead}${oldest}`;
}

function describe({ queue, eventName, eventId, attempts, occurredAt, lastError }: DeadMessage): string {
  const error = (lastError ?? 'no error is known').replaceAll(/\s+/g, ' ');
  return `${queue}  ${eventName} ${eventId}  attempts ${attempts}  ${ageOf(occurredAt)} old  ${error}`;
}

function ageOf(time: Date): string {
  const minutes = Math.max(0, Math.floor((Date.now() - time.getTime()) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} days`;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new InvalidArgumentError('it is a number from 1 to 10000.');
  return limit;
}

async function openForCommand(file: string): Promise<Databases & AsyncDisposable> {
  const databases = await openDatabases({
    service: 'queue',
    readConfig: () => readDatabasesFile(file),
    poolSize: 1,
    fleetProcesses: 1,
    statementTimeoutMs: 60_000,
    connectionTimeoutMs: 5_000,
  });
  return { ...databases, [Symbol.asyncDispose]: () => databases.close() };
}

/** Another process does it, for this package knows databases only. */
function runBrokerCommand(): number {
  const { status } = spawnSync(process.execPath, [BROKER_COMMAND, ...process.argv.slice(2)], { stdio: 'inherit' });
  return status ?? 1;
}

if (BROKER_VARIABLES.some((name) => process.env[name])) process.exitCode = runBrokerCommand();
else await runCommand(program);
