import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { openForCommand } from './commands/open-for-command.ts';
import { countBetween, parseTime } from './commands/option-values.ts';
import { databasesFileOption, runCommand } from './commands/run-command.ts';
import { readPastEvents } from './past-events/past-events.ts';
import { replayPastEvents } from './past-events/replay-past-events.ts';
import { hasBroker, runBrokerCommand } from './queue/broker-command.ts';
import { type DeadMessage, listDeadMessages, replayDeadMessages } from './queue/dead-messages.ts';
import { type OutboxState, outboxStats, type QueueState, queueStats } from './queue/queue-stats.ts';

const program = new Command('queue').description(
  'Shows the queues, the outboxes before them and the messages that were given up, and lets events be handled again. ' +
    'The queues are on the broker that TRIBUTARY_QUEUE_URL names, else in the catalog.',
);

program
  .command('stats')
  .description(
    'Lists the queues: messages that wait, messages that were given up, and the age of the oldest that waits or, on a broker, ' +
      'how many parts are consumed. Then the outboxes: events that are not published yet, and the age of the oldest.',
  )
  .addOption(databasesFileOption())
  .action(async ({ databases: file }: { databases: string }) => {
    if (hasBroker()) process.exitCode = await runBrokerCommand(['stats']);
    // Who operates a broker alone has no such file.
    if (process.exitCode || (hasBroker() && !existsSync(file))) return;
    await using databases = await openForCommand('queue', file);
    if (!hasBroker()) {
      const states = await queueStats(databases.catalog());
      for (const state of states) console.log(describeState(state));
      if (states.length === 0) console.log('there is no queue yet');
    }
    for (const state of await Promise.all(outboxStats(databases))) console.log(describeOutbox(state));
  });

program
  .command('dead')
  .description('Lists the messages that were given up: queue, event, attempts, age and last error.')
  .option('--limit <messages>', 'how many to list at most', countBetween(1, 10_000), 100)
  .addOption(databasesFileOption())
  .action(async ({ limit, databases: file }: { limit: number; databases: string }) => {
    if (hasBroker()) {
      process.exitCode = await runBrokerCommand(['dead', '--limit', String(limit)]);
      return;
    }
    await using databases = await openForCommand('queue', file);
    const { messages, total } = await listDeadMessages(databases.catalog(), { limit });
    for (const message of messages) console.log(describe(message));
    if (total > messages.length) console.log(`and ${total - messages.length} more`);
    if (total === 0) console.log('no message was given up');
  });

program
  .command('replay')
  .description(
    'Lets messages that were given up be tried again; mend first what kept them from being handled. With --since, gives a queue ' +
      'again all that was published since then: what its consumer has handled acts no second time.',
  )
  .option('--queue <name>', 'those of one queue only')
  .option('--since <time>', 'for example 2026-11-23T00:00Z, up to 6 days ago', parseTime)
  .addOption(databasesFileOption())
  .action(async ({ queue, since, databases: file }: { queue?: string; since?: Date; databases: string }) => {
    if (since === undefined) await replayDead(queue, file);
    else if (queue !== undefined) await replaySince(queue, since, file);
    else program.error('error: --since needs --queue', { exitCode: 2 });
  });

async function replayDead(queue: string | undefined, file: string): Promise<void> {
  if (hasBroker()) {
    process.exitCode = await runBrokerCommand(['replay', ...(queue === undefined ? [] : ['--queue', queue])]);
    return;
  }
  await using databases = await openForCommand('queue', file);
  const replayed = await replayDeadMessages(databases.catalog(), { queue });
  for (const [name, messages] of replayed) console.log(`${name}: ${messages} will be tried again`);
  if (replayed.size === 0) console.log('no message was given up');
}

async function replaySince(queue: string, since: Date, file: string): Promise<void> {
  await using databases = await openForCommand('queue', file);
  if (hasBroker())
    process.exitCode = await runBrokerCommand(['put', '--queue', queue], readPastEvents(databases, since));
  else console.log(`${queue}: ${await replayPastEvents(databases, { queue, since })} events are given to it again`);
}

function describeState({ queue, waiting, dead, oldestWaiting }: QueueState): string {
  return `${queue}  waiting ${waiting}  dead ${dead}${describeOldest(oldestWaiting)}`;
}

function describeOutbox({ database, waiting, oldestWaiting }: OutboxState): string {
  return `outbox of ${database}  waiting ${waiting}${describeOldest(oldestWaiting)}`;
}

function describeOldest(oldestWaiting: Date | null): string {
  return oldestWaiting === null ? '' : `  oldest ${ageOf(oldestWaiting)}`;
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

await runCommand(program);
