import { setTimeout as delay } from 'node:timers/promises';
import { HttpConnection } from '../bench/measure/http-connection.ts';
import { LoadRecorder, type LoadResult } from '../bench/measure/load-result.ts';

/** Requests at a fixed rate, whether or not they are answered in time. */
export interface WindowedLoop {
  readonly port: number;
  readonly requestsPerSecond: number;
  readonly request: Buffer;
  /** How long the bodies of right answers are. */
  readonly expectedBytes: readonly number[];
  readonly windows: number;
  readonly windowS: number;
  /** Told of each window that begins. */
  readonly onWindow: (window: number) => void;
}

/**
 * One load without a gap, whose answers are counted in the window in which they were due.
 * @returns what each window came to
 */
export async function runWindowedLoop(load: WindowedLoop): Promise<LoadResult[]> {
  const recorders = Array.from({ length: load.windows }, () => new LoadRecorder(load.expectedBytes));
  const free: HttpConnection[] = [];
  const perWindow = load.requestsPerSecond * load.windowS;
  const startedAtMs = performance.now();
  const dueAtMs = (index: number) => startedAtMs + (index * 1_000) / load.requestsPerSecond;
  const underWay = new Set<Promise<void>>();

  async function send(index: number): Promise<void> {
    const recorder = recorders[Math.floor(index / perWindow)];
    // As many as are needed: no request waits for another one.
    const connection = free.pop() ?? new HttpConnection(load.port);
    await connection.send(load.request).then(
      (answer) => recorder?.record(answer, dueAtMs(index)),
      () => recorder?.fail(),
    );
    free.push(connection);
  }

  for (let index = 0; index < perWindow * load.windows; index += 1) {
    if (index % perWindow === 0) load.onWindow(index / perWindow);
    while (performance.now() < dueAtMs(index)) await delay(1);
    const sent = send(index).finally(() => underWay.delete(sent));
    underWay.add(sent);
  }
  await Promise.all(underWay);
  for (const connection of free) connection.close();
  return recorders.map((recorder) => recorder.result());
}
