/** One of server-sent events, or word that a stream of them has begun. */
export interface ServerSentEvent {
  /** `open` for the first thing that a stream says, whatever that is. */
  event: string;
  data: string;
  id?: string;
  /** How long to wait before coming back after the end. */
  retryMs?: number;
}

/**
 * The events of a stream, which ends as it ends: a connection that breaks is no error.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export async function* eventsIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let unread = '';
  let isOpen = false;
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) return;
    const blocks = (unread + decoder.decode(value, { stream: true })).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (!isOpen) yield { ...event, event: 'open' };
      isOpen = true;
      yield event;
    }
  }
}

function eventOf(block: string): ServerSentEvent {
  const read: ServerSentEvent = { event: 'message', data: '' };
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name === 'event') read.event = value;
    if (name === 'data') read.data = read.data === '' ? value : `${read.data}\n${value}`;
    if (name === 'id') read.id = value;
    if (name === 'retry') read.retryMs = Number(value);
  }
  return read;
}
