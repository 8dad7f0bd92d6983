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

/** What a window came to. */
export interface WindowResult extends LoadResult {
  /** By how much the load itself was late at most, which is no part of the latencies. What held it up may have held up the gateway. */
  readonly sentLateMs: number;
}

/**
 * One load without a gap, whose answers are counted in the window in which they were due.
 * @returns what each window came to
 */
export async function runWindowedLoop(load: WindowedLoop): Promise<WindowResult[]> {
  const recorders = Array.from({ length: load.windows }, () => new LoadRecorder(load.expectedBytes));
  const sentLateMs = recorders.map(() => 0);
  const free: HttpConnection[] = [];
  const perWindow = load.requestsPerSecond * load.windowS;
  const startedAtMs = performance.now();
  const dueAtMs = (index: number) => startedAtMs + (index * 1_000) / load.requestsPerSecond;
  const underWay = new Set<Promise<void>>();

  async function send(index: number): Promise<void> {
    const window = Math.floor(index / perWindow);
    const recorder = recorders[window];
    // As many as are needed: no request waits for another one.
    const connection = free.pop() ?? new HttpConnection(load.port);
    const sentAtMs = performance.now();
    sentLateMs[window] = Math.max(sentLateMs[window] ?? 0, sentAtMs - dueAtMs(index));
    await connection.send(load.request).then(
      (answer) => recorder?.record(answer, sentAtMs),
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
  return recorders.map((recorder, window) => ({ ...recorder.result(), sentLateMs: sentLateMs[window] ?? 0 }));
}
