/** Ctrl-C under npm reaches the stack twice, from the terminal and from npm: signals this close together are one request. */
const SAME_REQUEST_MS = 500;

/** What to do when a person, or whoever supervises the stack, asks it to stop. */
export interface StopRequests {
  /** Asked to stop. Called once. */
  readonly onFirst: (signal: string) => void;
  /** Asked again, half a second or more later: the stop takes too long for them. */
  readonly onAgain: () => void;
}

/** Makes a listener for the signals that ask a process to stop. `nowMs` is a clock that never goes back. */
export function stopListener(
  { onFirst, onAgain }: StopRequests,
  nowMs: () => number = () => performance.now(),
): (signal: string) => void {
  let firstAtMs: number | undefined;
  return (signal) => {
    if (firstAtMs === undefined) {
      firstAtMs = nowMs();
      onFirst(signal);
    } else if (nowMs() - firstAtMs >= SAME_REQUEST_MS) {
      onAgain();
    }
  };
}
