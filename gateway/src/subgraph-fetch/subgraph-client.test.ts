import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type StubReply, type StubSubgraph, startStubSubgraph } from '../testing/stub-subgraph.ts';
import { createSubgraphClient, type SubgraphClient } from './subgraph-client.ts';

const BODY = JSON.stringify({ query: '{ book }' });
const GOOD: StubReply = { body: { data: { book: 'Emma' } } };

let stub: StubSubgraph;
let clients: SubgraphClient[] = [];
beforeEach(async () => {
  stub = await startStubSubgraph(() => GOOD);
});
afterEach(async () => {
  await stub.stop();
  await Promise.all(clients.map((client) => client.stop()));
  clients = [];
});

function clientOf(urls: string[], timeoutMs = 5_000) {
  const client = createSubgraphClient({
    name: 'books',
    urls: urls.map((url) => new URL(url)),
    timeoutMs,
    connectionLimit: 2,
    responseLimitBytes: 1_000,
  });
  clients.push(client);
  return client;
}

describe('a request to a subgraph', () => {
  it('answers with the data and its size', async () => {
    const received = await clientOf([stub.url]).send(BODY, { 'x-request-id': 'r1' });

    expect(received).toEqual({ answer: { data: { book: 'Emma' }, errors: [], extensions: {} }, responseBytes: 24 });
    expect(stub.requests[0]?.headers).toMatchObject({ 'x-request-id': 'r1', 'content-type': 'application/json' });
  });

  it('goes to the URLs in turn', async () => {
    const second = await startStubSubgraph(() => GOOD);
    const client = clientOf([stub.url, second.url]);
    for (let i = 0; i < 4; i++) await client.send(BODY);
    await second.stop();

    expect([stub.requests.length, second.requests.length]).toEqual([2, 2]);
  });

  it.each<[string, StubReply, string]>([
    ['text that is not JSON', { body: '<html>' }, 'SUBGRAPH_INVALID_RESPONSE'],
    ['an HTTP error without a GraphQL body', { status: 500, body: 'oops' }, 'SUBGRAPH_INVALID_RESPONSE'],
    ['503 from a proxy', { status: 503, body: 'no upstream' }, 'SUBGRAPH_UNAVAILABLE'],
    ['more than the limit', { body: { data: { book: 'x'.repeat(2_000) } } }, 'SUBGRAPH_INVALID_RESPONSE'],
    ['a cut connection', 'reset', 'SUBGRAPH_UNAVAILABLE'],
  ])('fails on %s', async (_case, reply, code) => {
    stub.reply = () => reply;

    await expect(clientOf([stub.url]).send(BODY)).rejects.toMatchObject({ code, service: 'books' });
  });

  it('fails when no answer comes in time', async () => {
    stub.reply = () => 'never';

    await expect(clientOf([stub.url], 50).send(BODY)).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
  });

  it('fails when nobody listens', async () => {
    const { url } = stub;
    await stub.stop();
    const failing = clientOf([url]).send(BODY);
    stub = await startStubSubgraph(() => GOOD);

    await expect(failing).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });
});
