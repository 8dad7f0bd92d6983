import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { startEchoServer } from '../testing/echo-server.ts';
import { openSocket } from '../testing/raw-socket.ts';
import { jsonResponse } from './http-message.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.release());

const requestOf = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

/** Waits until the other side has closed it. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

/** Asks for something and waits until the answer has begun. */
async function ask({ socket }: Awaited<ReturnType<typeof openSocket>>): Promise<void> {
  const answer = once(socket, 'data');
  socket.write(requestOf('/health/live'));
  await answer;
}

describe('as many connections as there may be', () => {
  it('leave room for one more, which takes the place of the oldest that never sent a request', async () => {
    const { server } = await startEchoServer(scope, { mostConnections: 3 });
    const [used, silent, late] = [
      await openSocket(scope, server.port),
      await openSocket(scope, server.port),
      await openSocket(scope, server.port),
    ];
    await ask(used);
    const newcomer = await openSocket(scope, server.port);
    await closed(silent.socket);
    await ask(newcomer);

    expect(newcomer.received()).toMatch(/^HTTP\/1.1 200 /);
    expect([used.socket.closed, late.socket.closed]).toEqual([false, false]);
  });

  it('go in the order of their last use, so that those stay that are used again and again', async () => {
    const { server } = await startEchoServer(scope, { mostConnections: 2 });
    const [first, second] = [await openSocket(scope, server.port), await openSocket(scope, server.port)];
    await ask(first);
    await ask(second);
    await ask(first);
    await ask(await openSocket(scope, server.port));
    await closed(second.socket);

    expect(first.socket.closed).toBe(false);
  });

  it('go first that began a request and never ended it', async () => {
    const { server } = await startEchoServer(scope, { mostConnections: 2 });
    const [used, slow] = [await openSocket(scope, server.port), await openSocket(scope, server.port)];
    await ask(used);
    slow.socket.write('GET /health/live HTTP/1.1\r\nx: ');
    await ask(used);
    await ask(await openSocket(scope, server.port));
    await closed(slow.socket);

    expect(used.socket.closed).toBe(false);
  });

  it('are never cut off while they wait for an answer: one more is told to come back', async () => {
    const gate = Promise.withResolvers<void>();
    const bothAsked = Promise.withResolvers<void>();
    let asked = 0;
    const { server, post } = await startEchoServer(scope, {
      mostConnections: 2,
      handleGraphql: async () => {
        asked += 1;
        if (asked === 2) bothAsked.resolve();
        await gate.promise;
        return jsonResponse(200, {});
      },
    });
    const busy = [await openSocket(scope, server.port), await openSocket(scope, server.port)];
    const answered = busy.map(({ socket }) => {
      socket.write(requestOf('/graphql'));
      return once(socket, 'data');
    });
    await bothAsked.promise;
    const refused = await openSocket(scope, server.port);
    await closed(refused.socket);
    gate.resolve();
    await Promise.all(answered);

    expect(refused.received()).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 1[\s\S]*"OVERLOADED"/);
    expect(busy.map(({ received }) => received().slice(0, 12))).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect((await post('{}')).status).toBe(200);
  });

  it('are as many and no more when others keep coming, who all are told to come back and have nothing done', async () => {
    const gate = Promise.withResolvers<void>();
    const firstAsked = Promise.withResolvers<void>();
    let asked = 0;
    const { server } = await startEchoServer(scope, {
      mostConnections: 1,
      handleGraphql: async () => {
        asked += 1;
        firstAsked.resolve();
        await gate.promise;
        return jsonResponse(200, {});
      },
    });
    const busy = await openSocket(scope, server.port);
    busy.socket.write(requestOf('/graphql'));
    await firstAsked.promise;
    const refused = [await openSocket(scope, server.port), await openSocket(scope, server.port)];
    for (const { socket } of refused) socket.write(requestOf('/graphql'));
    await Promise.all(refused.map(({ socket }) => closed(socket)));
    gate.resolve();

    expect(refused.map(({ received }) => received().slice(0, 12))).toEqual(['HTTP/1.1 503', 'HTTP/1.1 503']);
    expect(asked).toBe(1);
  });

  it('that say nothing, or send their headers for ever, leave a server answering within some memory', async () => {
    const { server, post } = await startEchoServer(scope, { mostConnections: 5_000 });
    const replaced = Promise.withResolvers<void>();
    let closings = 0;
    const open = (): Socket => {
      const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
      return socket.once('close', () => {
        closings += 1;
        if (closings === 500) replaced.resolve();
      });
    };
    const before = process.memoryUsage().rss;
    const sockets: Socket[] = scope.own([], (opened: Socket[]) => opened.forEach((socket) => void socket.destroy()));
    for (let opened = 0; opened < 5_500; opened += 500) {
      const batch = Array.from({ length: 500 }, open);
      sockets.push(...batch);
      await Promise.all(batch.map((socket) => once(socket, 'connect')));
      for (const socket of batch.slice(0, 250)) socket.write('POST /graphql HTTP/1.1\r\nx: ');
    }
    const responses = await Promise.all(Array.from({ length: 20 }, () => post('{"a":1}')));
    await Promise.all(responses.map((response) => response.body?.cancel()));
    await replaced.promise;

    expect(responses.map(({ status }) => status)).toEqual(responses.map(() => 200));
    // The clients' ends of the connections are in this process, too.
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  }, 30_000);
});
