import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CodedError } from '../errors/coded-error.ts';
import { Scope } from '../lifecycle/scope.ts';
import { jsonHeaders, refusal, startEchoServer } from '../testing/echo-server.ts';
import { openSocket } from '../testing/raw-socket.ts';
import { type HttpRequest, jsonResponse } from './http-message.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

describe('GraphQL requests', () => {
  it('hands on method, query string, headers, body and request id', async () => {
    const { get, post, requests } = await startEchoServer(scope);
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
    const { post } = await startEchoServer(scope);
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
    const { post, lines, requests } = await startEchoServer(scope);
    expect(await refusal(await post(body))).toEqual([status, code]);
    expect({ lines, requests }).toEqual({ lines: [], requests: [] });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1', 'nonsense'])(
    'refuses the content type %s, which a page of any site may send',
    async (type) => {
      const { post, requests } = await startEchoServer(scope);
      expect(await refusal(await post('{}', { 'content-type': type }))).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
      expect(requests).toEqual([]);
    },
  );

  it('reads JSON with a charset, and UTF-8 that arrives in pieces', async () => {
    const { server, requests } = await startEchoServer(scope);
    const { socket, received } = await openSocket(scope, server.port);
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
    const { get } = await startEchoServer(scope);
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
    const { post, lines } = await startEchoServer(scope, {
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

  it("has a handler's own word on what browsers may do with its answer", async () => {
    const { get } = await startEchoServer(scope, {
      onLanding: () => jsonResponse(200, {}, [['cache-control', 'max-age=60']]),
    });
    expect((await get('/health/live')).headers.get('cache-control')).toBe('no-store');
    expect((await get('/')).headers.get('cache-control')).toBe('max-age=60');
  });

  it('says all that an answer depends on', async () => {
    const { get } = await startEchoServer(scope, {
      cors: { allowedOrigins: ['https://shop.example'] },
      handleGraphql: () => jsonResponse(200, {}, [['vary', 'Accept-Encoding']]),
    });
    expect((await get('/graphql')).headers.get('vary')).toBe('Origin, Accept-Encoding');
  });

  it('leaves bodies to a reader that it is given, with the limit that holds', async () => {
    const limits: number[] = [];
    const { post, requests } = await startEchoServer(scope, {
      readBody: async (_, limitBytes) => limits.push(limitBytes),
    });
    expect((await post('no JSON')).status).toBe(200);
    expect({ limits, body: requests[0]?.body }).toEqual({ limits: [1_000], body: 1 });
  });

  it('streams an answer that comes in pieces, and stops its source when the client leaves', async () => {
    const sourceEnded = Promise.withResolvers<string>();
    const { get } = await startEchoServer(scope, {
      handleGraphql: (request) => ({
        status: 200,
        headers: [['content-type', 'text/plain']],
        body: (async function* () {
          try {
            yield 'one ';
            yield 'two';
            if (request.search === '') return;
            await once(request.signal.toAbortSignal(), 'abort');
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
    const { get } = await startEchoServer(scope, {
      handleGraphql: async (request) => {
        started.resolve(request);
        await once(request.signal.toAbortSignal(), 'abort');
        return jsonResponse(200, {});
      },
    });
    const answer = get('/graphql', { signal: aborter.signal });
    const failed = expect(answer).rejects.toThrow('aborted');
    const { signal } = await started.promise;
    expect(signal.aborted).toBe(false);
    const aborted = once(signal.toAbortSignal(), 'abort');
    aborter.abort();
    await Promise.all([aborted, failed]);
    expect(signal.aborted).toBe(true);
    expect(signal.toAbortSignal().aborted).toBe(true);
  });

  it('hands out a signal that is aborted already when the client has gone before', async () => {
    const started = Promise.withResolvers<HttpRequest>();
    const mayEnd = Promise.withResolvers<void>();
    const aborter = new AbortController();
    const { get } = await startEchoServer(scope, {
      handleGraphql: async (request) => {
        started.resolve(request);
        await mayEnd.promise;
        return jsonResponse(200, {});
      },
    });
    const failed = expect(get('/graphql', { signal: aborter.signal })).rejects.toThrow('aborted');
    const { signal } = await started.promise;
    aborter.abort();
    while (!signal.aborted) await nextTurn();
    expect(signal.toAbortSignal().aborted).toBe(true);
    mayEnd.resolve();
    await failed;
  });

  it('does not abort the signal of a request that was answered', async () => {
    const { post, requests } = await startEchoServer(scope);
    await (await post('{}')).text();
    await scope.release();
    expect(requests[0]?.signal.aborted).toBe(false);
  });
});

describe('health', () => {
  it('is live while the process runs, whatever it depends on', async () => {
    const { get } = await startEchoServer(scope, { isReady: async () => ({ isReady: false, checks: {} }) });
    expect((await get('/health/live')).status).toBe(200);
  });

  it('lists what it depends on, and is not ready with a reason', async () => {
    const readiness = {
      isReady: false,
      checks: { catalog: { isOk: true }, shard_0: { isOk: false, why: 'unreachable' } },
    };
    const { get } = await startEchoServer(scope, { isReady: async () => readiness });
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(readiness);
  });

  it('is not ready when the check fails, and the reason is for the log', async () => {
    const { get, lines } = await startEchoServer(scope, { isReady: () => Promise.reject(new Error('hunter2')) });
    const response = await get('/health/ready');
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain('hunter2');
    expect(lines).toEqual([expect.objectContaining({ err: expect.objectContaining({ message: 'hunter2' }) })]);
  });
});

describe('listening', () => {
  it('says which port is in use and what to do', async () => {
    const { server } = await startEchoServer(scope);
    await expect(startEchoServer(scope, { port: server.port })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(new RegExp(`port ${server.port} on 127\\.0\\.0\\.1 is in use.*set PORT`)),
    });
  });

  it('says when the address is none of this machine', async () => {
    await expect(startEchoServer(scope, { host: '192.0.2.1' })).rejects.toThrow(
      '192.0.2.1 is no address of this machine',
    );
  });
});
