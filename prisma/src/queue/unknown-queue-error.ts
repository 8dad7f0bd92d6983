/** No queue of that name wants any event. */
export class UnknownQueueError extends Error {
  override readonly name = 'UnknownQueueError';
  readonly code = 'UNKNOWN_QUEUE';

  constructor(queue: string, known: readonly string[]) {
    super(`no queue is called ${queue}: there are ${known.join(', ') || 'none'}`);
  }
}
