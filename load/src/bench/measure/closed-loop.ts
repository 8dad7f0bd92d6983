import { HttpConnection } from './http-connection.ts';
import { LoadRecorder, type LoadResult } from './load-result.ts';

/** Every connection sends its next request when it has the last one's answer: as much as the gateway can take. */
export interface ClosedLoop {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** The load ends after so many requests if its time is not over yet. */
  readonly requestLimit: number;
  /** The request of a number, from 0. */
  requestAt(index: number): Buffer;
  readonly expectedBytes?: number;
}

/** Runs it to its end; requests that fail or are answered otherwise than expected are counted, not thrown. */
export async function runClosedLoop(load: ClosedLoop): Promise<LoadResult> {
  const recorder = new LoadRecorder(load.expectedBytes);
  const endsAtMs = performance.now() + load.seconds * 1_000;
  let sent = 0;

  async function keepSending(): Promise<void> {
    const connection = new HttpConnection(load.port);
    while (performance.now() < endsAtMs && sent < load.requestLimit) {
      const request = load.requestAt(sent);
      sent += 1;
      const sentAtMs = performance.now();
      await connection.send(request).then(
        (answer) => recorder.record(answer, sentAtMs),
        () => recorder.fail(),
      );
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: load.connections }, keepSending));
  return recorder.result();
}
