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

describe('stopping', () => {
  it('lets the requests under way end, and takes no new connection', async () => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const { server, post } = await startEchoServer(scope, {
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
    const { server, get, post } = await startEchoServer(scope, { stopNoticeMs: 500 });
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
    const { server, post } = await startEchoServer(scope, { drainLimitMs: 60_000 });
    await (await post('{}')).text();
    await openSocket(scope, server.port);
    const half = await openSocket(scope, server.port);
    half.socket.write('GET /graphql HT');
    await server.stop();
  });

  it('does not wait for a connection on which an answer began before it', async () => {
    const finish = Promise.withResolvers<void>();
    const { server, get } = await startEchoServer(scope, {
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
    const { server } = await startEchoServer(scope, {
      drainLimitMs: 60_000,
      handleGraphql: () => {
        setImmediate(answered.resolve);
        return { status: 200, headers: [], body };
      },
    });
    const { socket, received } = await openSocket(scope, server.port);
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
    const { server, post } = await startEchoServer(scope, {
      drainLimitMs: 50,
      handleGraphql: (request) => {
        started.resolve();
        return once(request.signal.toAbortSignal(), 'abort').then(() => jsonResponse(200, {}));
      },
    });
    const answer = post('{}');
    const failed = expect(answer).rejects.toThrow();
    await started.promise;
    await server.stop();
    await failed;
  });
});
