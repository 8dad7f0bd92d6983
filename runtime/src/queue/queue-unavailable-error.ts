/** The broker cannot be reached, refuses to take more, or did not confirm in time. What was published may have arrived or not. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  readonly code = 'QUEUE_UNAVAILABLE';
}
