import { getEventListeners } from 'node:events';
import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { expect, it, jest } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { EventStreamLink } from './event-stream-link.ts';

const SUBSCRIPTION = gql`subscription { news }`;
const NEWS = 'event: next\nid: 1\ndata: {"data":{"news":"good"}}\n\nevent: complete\ndata:\n\n';

/** The stream of a client that reaches its gateway in this way. */
function streamOver(send: typeof fetch) {
  const link = new EventStreamLink({ url: 'http://localhost/graphql', fetch: send, headers: () => ({}) });
  return new ApolloClient({ link, cache: new InMemoryCache() }).subscribe({ query: SUBSCRIPTION });
}

/** What a client hears first when it is answered with one of these statuses after the other. */
function heardAfter(statuses: number[]): Promise<unknown> {
  return firstValueFrom(streamOver(async () => new Response(NEWS, { status: statuses.shift() ?? 200 })));
}

it.each([429, 502, 503, 504])('a stream is asked for again when a gateway is busy or restarted: %i', async (status) => {
  expect(await heardAfter([status])).toMatchObject({ data: { news: 'good' } });
});

it('a stream that is refused ends', async () => {
  expect(await heardAfter([401])).toMatchObject({ error: { message: 'the stream was refused: 401' } });
});

it('a stream that breaks off again and again leaves nothing at the signal of its end', async () => {
  const streams = [...Array.from({ length: 5 }, () => 'retry: 1\n\n'), NEWS];
  const listeners: number[] = [];
  const send: typeof fetch = async (_, init) => {
    if (init?.signal) listeners.push(getEventListeners(init.signal, 'abort').length);
    return new Response(streams.shift());
  };
  expect(await firstValueFrom(streamOver(send))).toMatchObject({ data: { news: 'good' } });
  expect(listeners).toEqual([0, 0, 0, 0, 0, 0]);
});

it('a stream that is left before it was answered waits for nothing more', async () => {
  jest.useFakeTimers();
  try {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const send: typeof fetch = (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('left')));
        ask();
      });
    const stream = streamOver(send).subscribe({});
    await asked;
    stream.unsubscribe();
    await jest.advanceTimersByTimeAsync(0);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});
