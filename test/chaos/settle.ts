import { setTimeout as delay } from 'node:timers/promises';
import type { TestRabbitMq } from '../queue/rabbitmq-server.ts';
import { brokerBacklogs } from './broker-backlogs.ts';
import { countPending, type EvidenceDatabases, readBacklogs } from './checker/read-evidence.ts';

const LIMIT_MS = 180_000;
const INTERVAL_MS = 250;
/** What is quiet for so many looks in a row is taken to be settled. */
const QUIET_LOOKS = 3;

/**
 * Waits until no event waits and no order is PENDING; false when that doesn't come within three minutes.
 *
 * @throws the reason of the signal when it is aborted
 */
export async function untilSettled(
  databases: EvidenceDatabases,
  broker: TestRabbitMq | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const deadlineMs = performance.now() + LIMIT_MS;
  for (let quiet = 0; quiet < QUIET_LOOKS; await delay(INTERVAL_MS)) {
    signal.throwIfAborted();
    if (performance.now() > deadlineMs) return false;
    quiet = (await countMoving(databases, broker)) === 0 ? quiet + 1 : 0;
  }
  return true;
}

async function countMoving(databases: EvidenceDatabases, broker: TestRabbitMq | undefined): Promise<number> {
  const sum = (await countPending(databases)) + sumOf(await readBacklogs(databases));
  // To ask the broker takes a program that starts slowly.
  return sum > 0 ? sum : sumOf(await brokerBacklogs(broker));
}

function sumOf(backlogs: readonly { events: number }[]): number {
  return backlogs.reduce((sum, { events }) => sum + events, 0);
}
