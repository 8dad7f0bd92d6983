/** An event does not fit its definition. Repeating its handling cannot help. */
export class EventMismatchError extends Error {
  override readonly name = 'EventMismatchError';
}
