/**
 * Ctrl-C under npm reaches a process twice, from the terminal and from npm, and a third time from a supervisor that passes it
 * on. Signals this close together are one request to stop.
 */
const SAME_SIGNAL_MS = 500;

/** A request to stop. */
export type StopSignal = 'SIGTERM' | 'SIGINT';

/** Calls back, once, when the process is asked to stop. A second signal, after half a second, ends it at once, with 1. */
export function onStopSignal(callback: (signal: StopSignal) => void): void {
  let firstAtMs: number | undefined;

  function receive(signal: StopSignal): void {
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      callback(signal);
    } else if (nowMs - firstAtMs >= SAME_SIGNAL_MS) {
      process.exit(1);
    }
  }
  process.on('SIGTERM', receive);
  process.on('SIGINT', receive);
}
