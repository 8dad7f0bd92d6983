import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { EventStreamLink } from './event-stream-link.ts';

const SUBSCRIPTION = gql`subscription { news }`;
const NEWS = 'event: next\nid: 1\ndata: {"data":{"news":"good"}}\n\nevent: complete\ndata:\n\n';

/** What a client hears first when it is answered with one of these statuses after the other. */
function heardAfter(statuses: number[]): Promise<unknown> {
  const send = async () => new Response(NEWS, { status: statuses.shift() ?? 200 });
  const link = new EventStreamLink({ url: 'http://localhost/graphql', fetch: send, headers: () => ({}) });
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return firstValueFrom(client.subscribe({ query: SUBSCRIPTION }));
}

it.each([429, 502, 503, 504])('a stream is asked for again when a gateway is busy or restarted: %i', async (status) => {
  expect(await heardAfter([status])).toMatchObject({ data: { news: 'good' } });
});

it('a stream that is refused ends', async () => {
  expect(await heardAfter([401])).toMatchObject({ error: { message: 'the stream was refused: 401' } });
});
