import { createInterface } from 'node:readline';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { runCommand } from './commands/run-command.ts';
import { EnvironmentError } from './environment/environment-error.ts';
import { parseEnvironment } from './environment/parse-environment.ts';
import { queueUrl, queueVariables } from './environment/queue-variables.ts';
import type { EventEnvelope } from './events/event-envelope.ts';
import { BrokerQueues } from './queue/rabbitmq/broker-queues.ts';
import type { DeadMessage } from './queue/rabbitmq/dead-message.ts';
import { decodeEvent } from './queue/rabbitmq/event-message.ts';
import { PARTITION_COUNT } from './queue/rabbitmq/partition.ts';

const MINUTE_MS = 60_000;

const program = new Command('queue').description(
  'Shows the queues on RabbitMQ and the messages that were given up, and lets them be tried again. TRIBUTARY_QUEUE_URL says where it is.',
);

program
  .command('stats')
  .description(
    'Lists the queues: messages that wait, messages that were given up, and how many parts of it are consumed.',
  )
  .action(() =>
    withQueues(async (queues) => {
      const states = await queues.stats();
      for (const { queue, waiting, dead, consumedParts } of states) {
        console.log(`${queue}  waiting ${waiting}  dead ${dead}  consumed ${consumedParts} of ${PARTITION_COUNT}`);
      }
      if (states.length === 0) console.log('there is no queue yet');
    }),
  );

program
  .command('dead')
  .description('Lists the messages that were given up: queue, event, attempts, age and reason.')
  .option('--limit <messages>', 'how many to list at most', parseLimit, 100)
  .action(({ limit }: { limit: number }) =>
    withQueues(async (queues) => {
      const { messages, total } = await queues.listDead({ limit });
      for (const message of messages) console.log(describe(message));
      if (total > messages.length) console.log(`and ${total - messages.length} more`);
      if (total === 0) console.log('no message was given up');
    }),
  );

program
  .command('replay')
  .description('Lets messages that were given up be tried again. Mend first what kept them from being handled.')
  .option('--queue <name>', 'those of one queue only')
  .action(({ queue }: { queue?: string }) =>
    withQueues(async (queues) => {
      const replayed = await queues.replayDead({ queue });
      for (const [name, messages] of replayed) console.log(`${name}: ${messages} will be tried again`);
      if (replayed.size === 0) console.log('no message was given up');
    }),
  );

// For the command that knows the databases, where past events are.
program
  .command('put', { hidden: true })
  .description('Puts the events of standard input, one a line, into a queue, as far as it wants them.')
  .requiredOption('--queue <name>', 'which')
  .action(({ queue }: { queue: string }) =>
    withQueues(async (queues) => {
      console.log(`${queue}: ${await queues.put(queue, eventsOf(process.stdin))} events are given to it again`);
    }),
  );

async function* eventsOf(lines: NodeJS.ReadableStream): AsyncGenerator<EventEnvelope> {
  for await (const line of createInterface({ input: lines })) {
    const event = decodeEvent({ body: JSON.parse(line) });
    if (event === undefined) throw new Error('a line of standard input is no event');
    yield event;
  }
}

function describe({ queue, eventName, eventId, attempts, occurredAt, reason }: DeadMessage): string {
  const event = eventName === undefined ? 'no event' : `${eventName} ${eventId}`;
  const age = occurredAt === undefined ? '' : `${ageOf(occurredAt)} old  `;
  return `${queue}  ${event}  attempts ${attempts}  ${age}${reason.replaceAll(/\s+/g, ' ')}`;
}

function ageOf(time: Date): string {
  const minutes = Math.max(0, Math.floor((Date.now() - time.getTime()) / MINUTE_MS));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1_440)} days`;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
    throw new InvalidArgumentError('it is a number from 1 to 10000.');
  return limit;
}

/** @throws EnvironmentError where no broker is named */
async function withQueues(act: (queues: BrokerQueues) => Promise<void>): Promise<void> {
  const url = queueUrl(parseEnvironment(z.object(queueVariables), process.env));
  if (url === undefined) throw new EnvironmentError(['TRIBUTARY_QUEUE_URL: is required']);
  const queues = await BrokerQueues.open(url);
  try {
    await act(queues);
  } finally {
    await queues.close();
  }
}

await runCommand(program);
