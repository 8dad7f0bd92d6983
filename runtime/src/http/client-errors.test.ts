import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { startEchoServer } from '../testing/echo-server.ts';
import { openSocket } from '../testing/raw-socket.ts';
import { jsonResponse } from './http-message.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

const impatient = { timeouts: { headersMs: 20, requestMs: 40, checkIntervalMs: 10 } };
const post = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{';

/** Sends bytes on a connection of their own, and gives back what came until the server ended it. */
async function exchange(port: number, sent: string): Promise<string> {
  const { socket, received } = await openSocket(scope, port);
  socket.write(sent);
  await once(socket, 'close');
  return received();
}

function answerOf(received: string): { status: number; code: unknown } {
  const [head = '', body = ''] = received.split('\r\n\r\n');
  expect(head).toMatch(/^connection: close$/im);
  expect(head).toMatch(/^content-type: application\/json/im);
  expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}`);
  return { status: Number(head.split(' ')[1]), code: JSON.parse(body).errors[0].extensions.code };
}

describe('what is no HTTP request', () => {
  it.each([
    ['a header of 20 KB', `GET / HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    [
      'a URL of 20 KB',
      `GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['5,000 headers', `GET / HTTP/1.1\r\nhost: x\r\n${'a: b\r\n'.repeat(5_000)}\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['another protocol', 'EHLO mail.example\r\n\r\n', 400, 'BAD_REQUEST'],
    [
      'a length said in two ways',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}',
      400,
      'BAD_REQUEST',
    ],
  ])('is answered with a code: %s', async (_, sent, status, code) => {
    const { server, lines, requests } = await startEchoServer(scope);
    expect(answerOf(await exchange(server.port, sent))).toEqual({ status, code });
    expect({ lines, requests }).toEqual({ lines: [], requests: [] });
  });

  it('is answered in the place of a request before it on the connection, whose own answer comes too late', async () => {
    const isStarted = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { server, get, lines } = await startEchoServer(scope, {
      handleGraphql: async () => {
        isStarted.resolve();
        await finish.promise;
        return jsonResponse(200, { tooLate: true });
      },
    });
    const { socket, received } = await openSocket(scope, server.port);
    socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n');
    await isStarted.promise;
    socket.write('nonsense\r\n\r\n');
    while (!received().includes('BAD_REQUEST')) await once(socket, 'data');
    finish.resolve();
    if (!socket.closed) await once(socket, 'close');
    expect(answerOf(received())).toEqual({ status: 400, code: 'BAD_REQUEST' });
    expect((await get('/health/live')).status).toBe(200);
    expect(lines).toEqual([]);
  });

  it('cuts the connection when an answer has begun on it', async () => {
    const { server } = await startEchoServer(scope, {
      handleGraphql: () => ({
        status: 200,
        headers: [],
        body: (async function* () {
          yield 'one';
          await new Promise(() => undefined);
        })(),
      }),
    });
    const { socket, received } = await openSocket(scope, server.port);
    socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n');
    while (!received().includes('one')) await once(socket, 'data');
    const before = received();
    socket.write('nonsense\r\n\r\n');
    await once(socket, 'close');
    expect(received()).toBe(before);
  });
});

describe('a client that is too slow', () => {
  it.each([
    ['says nothing', ''],
    ['does not end its headers', 'POST /graphql HTTP/1.1\r\nhost: x\r\n'],
    ['does not end its body', post],
  ])('is told so when it %s, and not logged as a defect', async (_, sent) => {
    const { server, lines } = await startEchoServer(scope, impatient);
    expect(answerOf(await exchange(server.port, sent))).toEqual({ status: 408, code: 'REQUEST_TIMEOUT' });
    expect(lines).toEqual([]);
  });

  it('is not one whose answer takes long', async () => {
    const timeouts = { headersMs: 300, requestMs: 300, checkIntervalMs: 10 };
    const other = await startEchoServer(scope, { timeouts: { ...timeouts, headersMs: 700, requestMs: 700 } });
    const { get } = await startEchoServer(scope, {
      timeouts,
      // Twice as long as this server waits for a request.
      handleGraphql: async () => jsonResponse(200, { waited: await exchange(other.server.port, '') }),
    });
    expect((await get('/graphql')).status).toBe(200);
  });
});

describe('a connection', () => {
  it('is kept for the next request, and closed when none comes', async () => {
    const { server } = await startEchoServer(scope, { timeouts: { keepAliveMs: 20 } });
    const { socket, received } = await openSocket(scope, server.port);
    const ask = 'GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n';
    socket.write(ask);
    while (received().split('isLive').length < 2) await once(socket, 'data');
    expect(received()).toMatch(/^connection: keep-alive\r$/im);
    socket.write(ask);
    while (received().split('isLive').length < 3) await once(socket, 'data');
    await once(socket, 'close');
  });
});
