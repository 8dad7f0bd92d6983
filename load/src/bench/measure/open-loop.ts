import { setTimeout as delay } from 'node:timers/promises';
import { HttpConnection } from './http-connection.ts';
import { LoadRecorder, type LoadResult } from './load-result.ts';

/**
 * Requests come at a fixed rate, whether or not the gateway keeps up, as they do when many clients know nothing of each other.
 */
export interface OpenLoop {
  readonly port: number;
  /** Requests wait for one of these when all are busy, and the wait is part of their latency. */
  readonly connections: number;
  readonly seconds: number;
  readonly requestsPerSecond: number;
  /** The request of a number, from 0. */
  requestAt(index: number): Buffer;
  readonly expectedBytes: number;
}

/** After the last request was due. */
const drainLimitMs = 10_000;

/**
 * A latency counts from when its request was due, not from when it could be sent: otherwise a stall would be measured once instead
 * of once for every request that came meanwhile (coordinated omission).
 */
export async function runOpenLoop(load: OpenLoop): Promise<LoadResult> {
  const recorder = new LoadRecorder(load.expectedBytes);
  const total = Math.max(1, Math.floor(load.seconds * load.requestsPerSecond));
  const free = Array.from({ length: load.connections }, () => new HttpConnection(load.port));
  const all = [...free];
  const { promise: drained, resolve: drain } = Promise.withResolvers<void>();
  const startedAtMs = performance.now();
  const dueAtMs = (index: number) => startedAtMs + (index * 1_000) / load.requestsPerSecond;
  let due = 0;
  let sent = 0;
  let ended = 0;

  function sendDue(): void {
    while (sent < due) {
      const connection = free.pop();
      if (!connection) return;
      const sinceMs = dueAtMs(sent);
      const request = load.requestAt(sent);
      sent += 1;
      connection
        .send(request)
        .then(
          (answer) => recorder.record(answer, sinceMs),
          () => recorder.fail(),
        )
        .finally(() => {
          ended += 1;
          free.push(connection);
          if (ended === total) drain();
          else sendDue();
        });
    }
  }

  while (due < total) {
    while (due < total && dueAtMs(due) <= performance.now()) due += 1;
    sendDue();
    await delay(1);
  }
  const giveUp = setTimeout(() => {
    recorder.fail(total - ended);
    drain();
  }, drainLimitMs);
  await drained;
  clearTimeout(giveUp);
  const result = recorder.result();
  for (const connection of all) connection.close();
  return result;
}
