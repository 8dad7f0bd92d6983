import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type StubReply, type StubSubgraph, startStubSubgraph } from '../testing/stub-subgraph.ts';
import { createSubgraphClient, type OutgoingRequest, type SubgraphClient } from './subgraph-client.ts';

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

function clientOf(urls: string[], timeoutMs = 5_000, responseLimitBytes = 1_000) {
  const client = createSubgraphClient({
    name: 'books',
    urls: urls.map((url) => new URL(url)),
    timeoutMs,
    connectionLimit: 2,
    waitingLimit: 2,
    responseLimitBytes,
  });
  clients.push(client);
  return client;
}

describe('a request to a subgraph', () => {
  it('answers with the data and its size', async () => {
    const received = await clientOf([stub.url]).send(BODY, () => ['x-request-id', 'r1']);

    expect(received).toEqual({ answer: { data: { book: 'Emma' }, errors: [], extensions: {} }, responseBytes: 24 });
    expect(stub.requests[0]?.headers).toMatchObject({ 'x-request-id': 'r1', 'content-type': 'application/json' });
  });

  it('puts an answer together that comes in pieces', async () => {
    const title = 'é'.repeat(200_000);
    stub.reply = () => ({ body: { data: { book: title } } });
    const received = await clientOf([stub.url], 5_000, 1_000_000).send(BODY);

    expect(received).toMatchObject({ answer: { data: { book: title } }, responseBytes: 400_020 });
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
    ['nothing but a status', { body: '' }, 'SUBGRAPH_INVALID_RESPONSE'],
  ])('fails on %s', async (_case, reply, code) => {
    stub.reply = () => reply;

    await expect(clientOf([stub.url]).send(BODY)).rejects.toMatchObject({ code, service: 'books' });
  });

  it('fails when no answer comes in time', async () => {
    stub.reply = () => 'never';

    await expect(clientOf([stub.url], 50).send(BODY)).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
  });

  it('fails when it finds no free connection in time, and is never sent', async () => {
    stub.reply = () => 'never';
    const client = clientOf([stub.url]);
    // Those that hold the connections do so for longer than the third one waits.
    const outcomes = await Promise.allSettled(
      [200, 200, 50].map((timeoutMs) => client.send(BODY, undefined, { timeoutMs })),
    );

    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
      Array(3).fill('SUBGRAPH_TIMEOUT'),
    );
    expect(stub.requests).toHaveLength(2);
  });

  it('is cut off when nobody waits for it any more, and gives its connection back', async () => {
    const signal = { aborted: false };
    stub.reply = () => {
      signal.aborted = true;
      return 'never';
    };
    const client = clientOf([stub.url]);
    const failures = await Promise.allSettled([1, 2].map(() => client.send(BODY, undefined, { signal })));
    stub.reply = () => GOOD;

    expect(failures.every(({ status }) => status === 'rejected')).toBe(true);
    await expect(client.send(BODY)).resolves.toMatchObject({ answer: { data: { book: 'Emma' } } });
  });

  it('fails when nobody listens', async () => {
    const { url } = stub;
    await stub.stop();
    const failing = clientOf([url]).send(BODY);
    stub = await startStubSubgraph(() => GOOD);

    await expect(failing).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });
});

describe('a request that has been answered', () => {
  it('is looked at no more, so that nothing of it is kept', async () => {
    let looks = 0;
    const signal = {
      get aborted() {
        looks += 1;
        return false;
      },
    };
    const client = clientOf([stub.url]);
    await client.send(BODY, undefined, { signal });
    const looksUntilAnswered = looks;
    stub.reply = () => 'never';

    // Whatever is pending is looked at before this one is late.
    await expect(client.send(BODY, undefined, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'SUBGRAPH_TIMEOUT' });
    expect(looks).toBe(looksUntilAnswered);
  });
});

/** A server of one subgraph that closes its connections at `isClosedAt`, counted from 1 over all of them, in place of an answer. */
async function startClosingServer(isClosedAt: (request: number) => boolean) {
  const sockets = new Set<Socket>();
  let requests = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', () => {
      requests += 1;
      if (isClosedAt(requests)) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\n{"data":{"book":"Emma"}}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requestCount: () => requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a request whose headers cannot be made', () => {
  it('fails at once, and leaves nothing that could fail later', async () => {
    const client = clientOf(['http://127.0.0.1:1']);
    jest.useFakeTimers();
    const headersOf = () => {
      throw new Error('no key');
    };
    await expect(client.send(BODY, headersOf)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    const left = jest.getTimerCount();
    jest.useRealTimers();
    expect(left).toBe(0);
  });
});

describe('a connection that the subgraph closes just when a request goes out on it', () => {
  it('does not fail a request that may be repeated', async () => {
    await using server = await startClosingServer((request) => request === 2);
    const client = clientOf([server.url]);
    await client.send(BODY);

    await expect(client.send(BODY, undefined, { isRepeatable: true })).resolves.toMatchObject({ responseBytes: 24 });
    expect(server.requestCount()).toBe(3);
  });

  it('makes the headers of the repeated request anew, since a signature is good once', async () => {
    await using server = await startClosingServer((request) => request === 2);
    const client = clientOf([server.url]);
    await client.send(BODY);
    const signed: unknown[] = [];
    const headersOf = (request: OutgoingRequest) => {
      signed.push(request);
      return ['x-number', String(signed.length)];
    };

    await client.send(BODY, headersOf, { isRepeatable: true });

    expect(signed).toEqual(Array(2).fill({ subgraph: 'books', method: 'POST', target: '/', body: BODY }));
  });

  it('fails any other, which may have been heard', async () => {
    await using server = await startClosingServer((request) => request === 2);
    const client = clientOf([server.url]);
    await client.send(BODY);

    await expect(client.send(BODY)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(server.requestCount()).toBe(2);
  });

  it('fails even what may be repeated when it happens again and again', async () => {
    await using server = await startClosingServer(() => true);

    await expect(clientOf([server.url]).send(BODY, undefined, { isRepeatable: true })).rejects.toMatchObject({
      code: 'SUBGRAPH_UNAVAILABLE',
    });
    expect(server.requestCount()).toBe(3);
  });
});
