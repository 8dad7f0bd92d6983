import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { EventEnvelope } from './event-envelope.ts';

const PROGRAM = fileURLToPath(new URL('../../../runtime/src/queue-command.ts', import.meta.url));
/** Either of them names a broker. */
const VARIABLES = ['TRIBUTARY_QUEUE_URL', 'TRIBUTARY_QUEUE_URL_FILE'];

/** Whether events go through a broker and not through the catalog. */
export function hasBroker(): boolean {
  return VARIABLES.some((name) => process.env[name]);
}

/**
 * Does with the queues on the broker what the words say: another process does, for this package knows databases only.
 *
 * @param events given to it one after the other, as it takes them
 * @returns its exit code
 */
export async function runBrokerCommand(words: string[], events?: AsyncIterable<EventEnvelope>): Promise<number> {
  const program = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(program, 'exit');
  // A program that fails takes no more, and says why by itself; what fails on this side has to end it.
  const isGiven = pipeline(Readable.from(linesOf(events)), program.stdin).catch((error: unknown) => {
    program.kill();
    return error;
  });
  const [code] = await ended;
  const failure = await isGiven;
  if (failure !== undefined && code === null) throw failure;
  return typeof code === 'number' ? code : 1;
}

async function* linesOf(events: AsyncIterable<EventEnvelope> | undefined): AsyncGenerator<string> {
  for await (const { id, aggregateId, ...event } of events ?? []) {
    yield `${JSON.stringify({ ...event, id: String(id), aggregateId: String(aggregateId) })}\n`;
  }
}
