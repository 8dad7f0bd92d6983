/** No queue has ever asked for an event: accepting it would lose it for the consumer that is only about to start. */
export class UnroutableEventError extends Error {
  override readonly name = 'UnroutableEventError';
  readonly code = 'UNROUTABLE_EVENT';

  constructor(eventNames: readonly string[]) {
    super(
      `no queue is bound to ${eventNames.join(', ')}: start a consumer that subscribes to it, and it will be published`,
    );
  }
}
