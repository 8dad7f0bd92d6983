import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type StubReply, type StubRequest, type StubSubgraph, startStubSubgraph } from '../testing/stub-subgraph.ts';
import {
  createSubgraphClient,
  type InstanceChange,
  type SubgraphClient,
  type SubgraphClientOptions,
} from './subgraph-client.ts';

const BODY = JSON.stringify({ query: '{ book }' });
const GOOD: StubReply = { body: { data: { book: 'Emma' } } };
const QUERY = { isRepeatable: true };

let stubs: StubSubgraph[];
let clients: SubgraphClient[];
let changes: InstanceChange[];

beforeEach(async () => {
  clients = [];
  changes = [];
  stubs = await Promise.all([1, 2].map(() => startStubSubgraph(() => GOOD)));
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.stop()));
  await Promise.all(stubs.map((stub) => stub.stop()));
});

function clientOf(urls: readonly string[], options: Partial<SubgraphClientOptions> = {}): SubgraphClient {
  const client = createSubgraphClient({
    name: 'books',
    urls: urls.map((url) => new URL(url)),
    timeoutMs: 5_000,
    connectionLimit: 64,
    waitingLimit: 64,
    responseLimitBytes: 1_000,
    onInstanceChange: (change) => changes.push(change),
    ...options,
  });
  clients.push(client);
  return client;
}

function stub(index: number): StubSubgraph {
  const found = stubs[index];
  if (!found) throw new Error(`there is no stub ${index}`);
  return found;
}

const urls = () => stubs.map(({ url }) => url);
const counts = () => stubs.map(({ requests }) => requests.length);
const isProbe = ({ query }: StubRequest) => query === '{ __typename }';

/** An address where nobody listens. */
async function closedUrl(): Promise<string> {
  const gone = await startStubSubgraph(() => GOOD);
  await gone.stop();
  return gone.url;
}

async function codesOf(sent: readonly Promise<unknown>[]): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(sent);
  return outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'ok'));
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

/** Waits until a condition holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5);
}

describe('several instances', () => {
  it('get a request when they have the least to do', async () => {
    stub(0).reply = () => 'never';
    const client = clientOf(urls());
    const held = codesOf([client.send(BODY)]);
    for (let time = 0; time < 20; time += 1) await client.send(BODY);

    expect(counts()).toEqual([1, 20]);
    await client.stop();
    expect(await held).toEqual(['SUBGRAPH_UNAVAILABLE']);
  });

  it('take over at once what was not sent to one that does not listen, be it a mutation', async () => {
    const client = clientOf([await closedUrl(), stub(0).url]);

    expect(await codesOf(times(20, () => client.send(BODY)))).toEqual(times(20, () => 'ok'));
    expect(stub(0).requests).toHaveLength(20);
    expect(changes).toMatchObject([{ subgraph: 'books', isEjected: true }]);
  });

  it('leave out one that does not listen until it does again', async () => {
    const url = stub(0).url;
    await stub(0).stop();
    const client = clientOf(urls());
    await codesOf(times(10, () => client.send(BODY)));
    stubs[0] = await startStubSubgraph(() => GOOD, Number(new URL(url).port));
    await until(() => changes.length === 2);
    for (let time = 0; time < 10; time += 1) await client.send(BODY);

    expect(changes.map((change) => [change.url, change.isEjected])).toEqual([
      [url, true],
      [url, false],
    ]);
    expect(stub(0).requests.filter((request) => !isProbe(request))).toHaveLength(5);
  });

  it('are tried although they took no connections before, when no other does', async () => {
    const url = stub(0).url;
    await stub(0).stop();
    const client = clientOf(urls());
    await codesOf([client.send(BODY), client.send(BODY)]);
    stubs[0] = await startStubSubgraph(() => GOOD, Number(new URL(url).port));
    const left = stub(1);
    await left.stop();

    expect(await codesOf([client.send(BODY, undefined, QUERY)])).toEqual(['ok']);
    expect(await codesOf([client.send(BODY)])).toEqual(['ok']);
    stubs[1] = await startStubSubgraph(() => GOOD);
  });

  it('get nothing for a while once they close connections after their answers', async () => {
    stub(0).reply = () => ({ headers: { connection: 'close' }, body: { data: { book: 'Emma' } } });
    const client = clientOf(urls());
    for (let time = 0; time < 10; time += 1) await client.send(BODY);

    expect(counts()).toEqual([1, 9]);
  });

  it('take over the queries of one that is frozen, and all after them', async () => {
    stub(0).reply = () => 'never';
    const client = clientOf(urls(), { timeoutMs: 20_000 });
    const outcomes = await codesOf(times(6, () => client.send(BODY, undefined, QUERY)));

    expect(outcomes).toEqual(times(6, () => 'ok'));
    expect(changes).toMatchObject([{ url: stub(0).url, isEjected: true }]);
  });
});

describe('a mutation with an idempotency key that got no answer', () => {
  const KNOWN_AGAIN = { isIdempotent: true };

  it('goes out again elsewhere', async () => {
    stub(0).reply = () => 'reset';
    const client = clientOf(urls());

    expect(await codesOf(times(8, () => client.send(BODY, undefined, KNOWN_AGAIN)))).toEqual(times(8, () => 'ok'));
    expect(stub(0).requests.length).toBeGreaterThan(0);
  });

  it('is not asked for once more while its connection holds', async () => {
    stub(0).reply = () => 'never';
    const client = clientOf([stub(0).url], { timeoutMs: 300 });

    expect(await codesOf([client.send(BODY, undefined, KNOWN_AGAIN)])).toEqual(['SUBGRAPH_TIMEOUT']);
    expect(stub(0).requests).toHaveLength(1);
  });
});

describe('a query that got no answer', () => {
  it('goes out again elsewhere', async () => {
    stub(0).reply = () => 'reset';
    const client = clientOf(urls());

    expect(await codesOf(times(8, () => client.send(BODY, undefined, QUERY)))).toEqual(times(8, () => 'ok'));
  });

  it('adds at most a tenth to the load, and ten once, however many fail', async () => {
    stub(0).reply = (request) => (isProbe(request) ? GOOD : { status: 503, body: 'nobody' });
    const client = clientOf([stub(0).url]);
    for (let round = 0; round < 40; round += 1) await codesOf(times(10, () => client.send(BODY, undefined, QUERY)));
    const sent = stub(0).requests.filter((request) => !isProbe(request)).length;

    expect(sent).toBeLessThanOrEqual(400 * 1.1 + 10);
  });

  it('is not repeated when a part of its answer has come', async () => {
    let requests = 0;
    const server = createServer((socket) => {
      socket.once('data', () => {
        requests += 1;
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 24\r\n\r\n{"data":', () => socket.destroy());
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
    const client = clientOf([`http://127.0.0.1:${address.port}/`]);
    const codes = await codesOf([client.send(BODY, undefined, QUERY)]);
    server.close();

    expect(codes).toEqual(['SUBGRAPH_UNAVAILABLE']);
    expect(requests).toBe(1);
  });

  it('is not repeated without time left for an answer', async () => {
    stub(0).reply = () => 'reset';
    const client = clientOf([stub(0).url]);

    expect(await codesOf([client.send(BODY, undefined, { ...QUERY, timeoutMs: 50 })])).toEqual([
      'SUBGRAPH_UNAVAILABLE',
    ]);
    expect(stub(0).requests).toHaveLength(1);
  });

  it('is asked for on another connection when the first byte takes too long', async () => {
    stub(0).reply = () => (stub(0).requests.length === 1 ? 'never' : GOOD);
    const client = clientOf([stub(0).url]);

    expect(await codesOf([client.send(BODY, undefined, { ...QUERY, timeoutMs: 1_000 })])).toEqual(['ok']);
    expect(stub(0).cutOffs).toBe(1);
  });
});

describe('a mutation that got no answer', () => {
  it.each<[string, StubReply]>([
    ['its connection broke', 'reset'],
    ['a proxy refused it', { status: 503, body: 'nobody' }],
    ['nothing came in time', 'never'],
  ])('is never repeated when %s', async (_why, reply) => {
    for (const each of stubs) each.reply = () => reply;
    const client = clientOf(urls());
    await codesOf([client.send(BODY, undefined, { timeoutMs: 200 })]);

    expect(counts().reduce((sum, count) => sum + count)).toBe(1);
  });
});

describe('the breaker of a subgraph', () => {
  it('opens when most requests fail, so that they fail without being sent, and closes when a probe is answered', async () => {
    stub(0).reply = () => 'reset';
    const client = clientOf([stub(0).url]);
    for (let time = 0; time < 10; time += 1) await codesOf([client.send(BODY)]);
    expect(changes).toMatchObject([{ isEjected: true }]);
    const before = stub(0).requests.filter((request) => !isProbe(request)).length;
    expect(await codesOf(times(50, () => client.send(BODY)))).toEqual(times(50, () => 'SUBGRAPH_UNAVAILABLE'));
    expect(stub(0).requests.filter((request) => !isProbe(request))).toHaveLength(before);

    stub(0).reply = () => GOOD;
    await until(() => changes.length === 2);
    expect(await codesOf([client.send(BODY)])).toEqual(['ok']);
  });

  it('does not open for requests whose clients had no patience', async () => {
    stub(0).reply = () => 'never';
    const client = clientOf([stub(0).url]);
    const deadlineMs = performance.now() + 50;
    const codes = await codesOf(times(12, () => client.send(BODY, undefined, { deadlineMs })));
    stub(0).reply = () => GOOD;

    expect(codes).toEqual(times(12, () => 'SUBGRAPH_TIMEOUT'));
    expect([await codesOf([client.send(BODY)]), changes]).toEqual([['ok'], []]);
  });

  it('does not open for answers that errors of GraphQL are part of', async () => {
    stub(0).reply = () => ({ body: { data: null, errors: [{ message: 'no such book' }] } });
    const client = clientOf([stub(0).url]);
    await codesOf(times(30, () => client.send(BODY)));

    expect([stub(0).requests.length, changes]).toEqual([30, []]);
  });
});

it('a subgraph whose connections are busy lets a few requests wait and refuses the others at once', async () => {
  stub(0).reply = () => 'never';
  const client = clientOf([stub(0).url], { connectionLimit: 2, waitingLimit: 3 });
  const sent = times(8, () => client.send(BODY));
  const codes = codesOf(sent);
  await until(() => stub(0).requests.length === 2);
  await client.stop();

  expect((await codes).filter((code) => code === 'SUBGRAPH_BUSY')).toHaveLength(3);
  expect(stub(0).requests).toHaveLength(2);
});

it('a subgraph is told how long it has', async () => {
  const client = clientOf([stub(0).url]);
  await client.send(BODY);
  await client.send(BODY, undefined, { deadlineMs: performance.now() + 4_000 });
  const told = stub(0).requests.map(({ headers }) => Number(headers['x-tributary-timeout-ms']));

  expect(told[0]).toBeGreaterThan(4_000);
  expect(told[0]).toBeLessThanOrEqual(5_000);
  expect(told[1]).toBeGreaterThan(0);
  expect(told[1]).toBeLessThanOrEqual(4_000);
});
