/** What `runService` gives a service from the signal to its end, notice and requests under way included. */
const RELEASE_LIMIT_MS = 10_000;
/** What the HTTP server waits for requests under way after its notice. */
const DRAIN_LIMIT_MS = 8_000;

/**
 * How long a service takes to stop at most.
 *
 * @throws Error when its notice leaves the requests under way less than they are promised
 */
export function mostStoppingMs(noticeMs: number): number {
  if (noticeMs + DRAIN_LIMIT_MS > RELEASE_LIMIT_MS - 500) {
    throw new Error(`a notice of ${noticeMs} ms leaves less than ${DRAIN_LIMIT_MS} ms for requests under way`);
  }
  return RELEASE_LIMIT_MS;
}
