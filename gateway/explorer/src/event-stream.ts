import type { ExecutionResult } from 'graphql';

/**
 * The results of a subscription, out of server-sent events as graphql-sse has them: `next` with a result, `complete` at the end.
 * It is for one look: a stream that breaks off is not taken up again.
 */
export async function* resultsIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<ExecutionResult, void> {
  for await (const { event, data } of eventsIn(stream)) {
    if (event === 'complete') return;
    if (event === 'next' && data !== '') yield JSON.parse(data);
  }
}

interface ServerSentEvent {
  event: string;
  data: string;
}

async function* eventsIn(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of stream) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
}

function eventOf(block: string): ServerSentEvent {
  const event: ServerSentEvent = { event: 'message', data: '' };
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (name === 'event') event.event = value;
    if (name === 'data') event.data = event.data === '' ? value : `${event.data}\n${value}`;
  }
  return event;
}
