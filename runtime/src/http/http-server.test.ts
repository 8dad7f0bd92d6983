import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { CodedError } from '../errors/coded-error.ts';
import { Scope } from '../lifecycle/scope.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { type HttpRequest, jsonResponse } from './http-message.ts';
import { type HttpServerOptions, startHttpServer } from './http-server.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

const jsonHeaders = { 'content-type': 'application/json' };
const failedResponse = z.strictObject({
  errors: z.tuple([z.strictObject({ message: z.string(), extensions: z.looseObject({ code: z.string() }) })]),
});
const bodyLimitBytes = 1_000;

/** A server that answers with the request it was given, and what it logged. */
async function startServer(options: Partial<HttpServerOptions> = {}) {
  const { logger, lines } = createCapturedLogger();
  const requests: HttpRequest[] = [];
  const server = scope.own(
    await startHttpServer({
      host: '127.0.0.1',
      port: 0,
      bodyLimitBytes,
      isReady: async () => ({ isReady: true, checks: {} }),
      handleGraphql: (request) => {
        requests.push(request);
        return jsonResponse(200, { body: request.body });
      },
      logger,
      ...options,
    }),
  );
  const post = (body: string | Buffer<ArrayBuffer>, headers: Record<string, string> = jsonHeaders) =>
    fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
  return {
    server,
    post,
    lines,
    requests,
    get: (path: string, init?: RequestInit) => fetch(`${server.url}${path}`, init),
  };
}

/** Status and error code of an answer that is shaped like a failed GraphQL response. */
async function refusal(response: Response) {
  const { errors } = failedResponse.parse(await response.json());
  return [response.status, errors[0].extensions.code];
}

/** A connection on which a test writes bytes itself. */
async function openSocket(port: number): Promise<{ socket: Socket; received: () => string }> {
  const socket = scope.own(connect(port, '127.0.0.1'), (open) => open.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // Being cut off is an outcome that tests look at, not a failure of theirs.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => text };
}

describe('GraphQL requests', () => {
  it('hands on method, query string, headers, body and request id', async () => {
    const { get, post, requests } = await startServer();
    await post('{"query":"{a}"}', { ...jsonHeaders, 'X-Request-Id': 'from-client.1' });
    await get('/graphql?query=%7Ba%7D');
    expect(requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/graphql',
        search: '',
        body: { query: '{a}' },
        requestId: 'from-client.1',
      }),
      expect.objectContaining({ method: 'GET', path: '/graphql', search: '?query=%7Ba%7D', body: undefined }),
    ]);
    expect(requests[0]?.headers.get('Content-Type')).toBe('application/json');
  });

  it('echoes a request id that is safe to log, and makes one otherwise', async () => {
    const { post } = await startServer();
    const idFor = async (id: string) =>
      (await post('{}', { ...jsonHeaders, 'x-request-id': id })).headers.get('x-request-id');
    expect(await idFor('abc-123')).toBe('abc-123');
    expect(await idFor('a b')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['{"query":', 400, 'MALFORMED_JSON'],
    ['', 400, 'MALFORMED_JSON'],
    ['[]', 400, 'BAD_REQUEST'],
    ['null', 400, 'BAD_REQUEST'],
    ['"text"', 400, 'BAD_REQUEST'],
  ])('refuses the body %j', async (body, status, code) => {
    const { post, lines, requests } = await startServer();
    expect(await refusal(await post(body))).toEqual([status, code]);
    expect({ lines, requests }).toEqual({ lines: [], requests: [] });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'nonsense'])(
    'refuses the content type %s, which a page of any site may send',
    async (type) => {
      const { post, requests } = await startServer();
      expect(await refusal(await post('{}', { 'content-type': type }))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      expect(requests).toEqual([]);
    },
  );

  it('reads JSON with a charset, and UTF-8 that arrives in pieces', async () => {
    const { server, requests } = await startServer();
    const { socket, received } = await openSocket(server.port);
    const body = Buffer.from('{"query":"é"}');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json; charset=UTF-8\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 11));
    socket.write(body.subarray(11));
    while (!received().includes('\r\n\r\n')) await once(socket, 'data');
    expect(requests[0]?.body).toEqual({ query: 'é' });
  });

  it('answers unknown paths and wrong methods as JSON, without CORS a preflight too', async () => {
    const { get } = await startServer();
    expect(await refusal(await get('/admin'))).toEqual([404, 'NOT_FOUND']);
    expect(await refusal(await get('/'))).toEqual([404, 'NOT_FOUND']);
    for (const method of ['PUT', 'DELETE', 'OPTIONS']) {
      const response = await get('/graphql', { method });
      expect(response.headers.get('allow')).toBe('GET, POST');
      expect(await refusal(response)).toEqual([405, 'METHOD_NOT_ALLOWED']);
    }
    expect((await get('/health/live', { method: 'POST' })).headers.get('allow')).toBe('GET');
  });

  it('shows a coded error with its status, and masks and logs any other', async () => {
    const thrown: Error[] = [new CodedError('TOKEN_EXPIRED', 'expired'), new Error('hunter2')];
    const { post, lines } = await startServer({
      handleGraphql: () => {
        throw thrown.shift() ?? new Error('no error is left');
      },
    });
    expect(await refusal(await post('{}'))).toEqual([401, 'TOKEN_EXPIRED']);
    expect(lines).toEqual([]);
    const response = await post('{}', { ...jsonHeaders, 'x-request-id': 'r1' });
    expect(await response.clone().text()).not.toContain('hunter2');
    expect(await refusal(response)).toEqual([500, 'INTERNAL_SERVER_ERROR']);
    expect(lines).toEqual([
      expect.objectContaining({ requestId: 'r1', err: expect.objectContaining({ message: 'hunter2' }) }),
    ]);
  });

  it('forbids guessing types and storing answers, unless the handler allows the latter', async () => {
    const { get } = await startServer({
      onLanding: () => jsonResponse(200, {}, [['cache-control', 'max-age=60']]),
    });
    const health = await get('/health/live');
    expect(health.headers.get('x-content-type-options')).toBe('nosniff');
    expect(health.headers.get('cache-control')).toBe('no-store');
    expect((await get('/')).headers.get('cache-control')).toBe('max-age=60');
  });

  it('streams an answer that comes in pieces, and stops its source when the client leaves', async () => {
    const sourceEnded = Promise.withResolvers<string>();
    const { get } = await startServer({
      handleGraphql: (request) => ({
        status: 200,
        headers: [['content-type', 'text/plain']],
        body: (async function* () {
          try {
            yield 'one ';
            yield 'two';
            if (request.search === '') return;
            await once(request.signal, 'abort');
            yield 'three';
          } finally {
            sourceEnded.resolve(request.search);
          }
        })(),
      }),
    });
    expect(await (await get('/graphql')).text()).toBe('one two');
    const aborter = new AbortController();
    const endless = await get('/graphql?endless', { signal: aborter.signal });
    await endless.body?.getReader().read();
    aborter.abort();
    await sourceEnded.promise;
  });

  it('tells a handler that its client has gone', async () => {
    const started = Promise.withResolvers<HttpRequest>();
    const aborter = new AbortController();
    const { get } = await startServer({
      handleGraphql: async (request) => {
        started.resolve(request);
        await once(request.signal, 'abort');
        return jsonResponse(200, {});
      },
    });
    const answer = get('/graphql', { signal: aborter.signal });
    const failed = expect(answer).rejects.toThrow('aborted');
    const { signal } = await started.promise;
    const aborted = once(signal, 'abort');
    aborter.abort();
    await Promise.all([aborted, failed]);
  });

  it('does not abort the signal of a request that was answered', async () => {
    const { post, requests } = await startServer();
    await (await post('{}')).text();
    await scope.release();
    expect(requests[0]?.signal.aborted).toBe(false);
  });
});

describe('the body limit', () => {
  it('lets a body of exactly the limit through, and not one byte more', async () => {
    const { post } = await startServer();
    const body = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
    expect((await post(body(bodyLimitBytes))).status).toBe(200);
    expect(await refusal(await post(body(bodyLimitBytes + 1)))).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('is told to a client that is still sending 5 MB, and nothing is logged', async () => {
    const { post, lines } = await startServer();
    expect(await refusal(await post(Buffer.alloc(5_000_000, 'x')))).toEqual([413, 'BODY_TOO_LARGE']);
    expect(lines).toEqual([]);
  });

  it('holds for a body that does not say how long it is', async () => {
    const { server, post } = await startServer();
    const { socket, received } = await openSocket(server.port);
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.write(`1000\r\n${'x'.repeat(0x1000)}\r\n`);
    while (!received().includes('BODY_TOO_LARGE')) await once(socket, 'data');
    expect(received()).toMatch(/^HTTP\/1\.1 413 /);
    expect(received()).toMatch(/^connection: close\r$/im);
    socket.write('0\r\n\r\n');
    await once(socket, 'close');
    expect((await post('{}')).status).toBe(200);
  });

  it('is told before the body to a client that asks first', async () => {
    const { server } = await startServer();
    const ask = async (length: number) => {
      const { socket, received } = await openSocket(server.port);
      socket.write(
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\nexpect: 100-continue\r\n\r\n`,
      );
      while (!received().includes('\r\n\r\n')) await once(socket, 'data');
      return received().split('\r\n')[0];
    };
    expect(await ask(5_000_000)).toBe('HTTP/1.1 413 Payload Too Large');
    expect(await ask(2)).toBe('HTTP/1.1 100 Continue');
  });

  it('does not take a client that leaves in the middle of its body for a defect', async () => {
    const { server, get, lines } = await startServer();
    const { socket } = await openSocket(server.port);
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
    socket.destroy();
    await once(socket, 'close');
    expect((await get('/health/live')).status).toBe(200);
    expect(lines).toEqual([]);
  });
});

describe('health', () => {
  it('is live while the process runs, whatever it depends on', async () => {
    const { get } = await startServer({ isReady: async () => ({ isReady: false, checks: {} }) });
    expect((await get('/health/live')).status).toBe(200);
  });

  it('lists what it depends on, and is not ready with a reason', async () => {
    const readiness = {
      isReady: false,
      checks: { catalog: { isOk: true }, shard_0: { isOk: false, why: 'unreachable' } },
    };
    const { get } = await startServer({ isReady: async () => readiness });
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(readiness);
  });

  it('is not ready when the check fails, and the reason is for the log', async () => {
    const { get, lines } = await startServer({ isReady: () => Promise.reject(new Error('hunter2')) });
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('hunter2');
    expect(lines).toEqual([expect.objectContaining({ err: expect.objectContaining({ message: 'hunter2' }) })]);
  });
});

describe('stopping', () => {
  it('lets the requests under way end, and takes no new connection', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { server, post } = await startServer({
      handleGraphql: async () => {
        started.resolve();
        await finish.promise;
        return jsonResponse(200, { done: true });
      },
    });
    const answer = post('{}');
    await started.promise;
    const stopped = server.stop();
    await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
    finish.resolve();
    const response = await answer;
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.json()).toEqual({ done: true });
    await stopped;
  });

  it('is announced while requests are still served', async () => {
    const { server, get, post } = await startServer({ stopNoticeMs: 500 });
    const stopped = server.stop();
    const readiness = await get('/health/ready');
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toMatchObject({ checks: { lifecycle: { isOk: false, why: 'stopping' } } });
    const answer = await post('{}');
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await stopped;
    await expect(get('/health/ready')).rejects.toThrow();
  });

  it('does not wait for connections that send nothing', async () => {
    const { server, post } = await startServer({ drainLimitMs: 60_000 });
    await (await post('{}')).text();
    await openSocket(server.port);
    const half = await openSocket(server.port);
    half.socket.write('GET /graphql HT');
    await server.stop();
  });

  it('does not wait for a connection on which an answer began before it', async () => {
    const finish = Promise.withResolvers<void>();
    const { server, get } = await startServer({
      drainLimitMs: 60_000,
      handleGraphql: () => ({
        status: 200,
        headers: [],
        body: (async function* () {
          yield 'one ';
          await finish.promise;
          yield 'two';
        })(),
      }),
    });
    const response = await get('/graphql');
    const stopped = server.stop();
    finish.resolve();
    expect(await response.text()).toBe('one two');
    await stopped;
  });

  it('does not cut off an answer that its client is still reading', async () => {
    const body = 'x'.repeat(32_000_000);
    const answered = Promise.withResolvers<void>();
    const { server } = await startServer({
      handleGraphql: () => {
        setImmediate(answered.resolve);
        return { status: 200, headers: [], body };
      },
    });
    const { socket, received } = await openSocket(server.port);
    socket.pause();
    socket.write('GET /graphql HTTP/1.1\r\nhost: x\r\n\r\n');
    await answered.promise;
    const stopped = server.stop();
    socket.resume();
    await Promise.all([once(socket, 'close'), stopped]);
    expect(received().length).toBeGreaterThan(body.length);
  });

  it('cuts off what has not ended within the limit', async () => {
    const started = Promise.withResolvers<void>();
    const { server, post } = await startServer({
      drainLimitMs: 50,
      handleGraphql: (request) => {
        started.resolve();
        return once(request.signal, 'abort').then(() => jsonResponse(200, {}));
      },
    });
    const answer = post('{}');
    const failed = expect(answer).rejects.toThrow();
    await started.promise;
    await server.stop();
    await failed;
  });
});

describe('listening', () => {
  it('says which port is in use and what to do', async () => {
    const { server } = await startServer();
    await expect(startServer({ port: server.port })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(new RegExp(`port ${server.port} on 127\\.0\\.0\\.1 is in use.*set PORT`)),
    });
  });

  it('says when the address is none of this machine', async () => {
    await expect(startServer({ host: '192.0.2.1' })).rejects.toThrow('192.0.2.1 is no address of this machine');
  });
});
