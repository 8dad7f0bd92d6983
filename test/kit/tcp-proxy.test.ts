import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let proxy: TcpProxy;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  proxy = await startTcpProxy(address.port);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await proxy.stop();
  echo.close();
});

/** A connection through the proxy, over which a first text has come back. */
async function open(): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1').setEncoding('utf8');
  sockets.push(socket);
  socket.on('error', () => undefined);
  expect(await said(socket, 'hello')).toBe('hello');
  return socket;
}

async function said(socket: Socket, text: string): Promise<unknown> {
  socket.write(text);
  const [answer] = await once(socket, 'data');
  return answer;
}

/** Resolves at its end, be it an error. */
function closeOf(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  return promise;
}

describe('a proxy of connections', () => {
  it('delays what passes, each way', async () => {
    const socket = await open();
    proxy.disturb({ delayedMs: 40 });
    const startedAtMs = performance.now();

    expect(await said(socket, 'late')).toBe('late');
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(78);
    expect(proxy.disturbed()).toEqual({ connections: 1, bytesHeldBack: 8 });
  });

  it('stalls every second connection, and lets the others go on', async () => {
    const [first, second] = [await open(), await open()];
    let hasCome = false;
    first.on('data', () => {
      hasCome = true;
    });
    proxy.disturb('halfStalled');
    first.write('lost');

    expect(await said(second, 'one')).toBe('one');
    expect(await said(second, 'two')).toBe('two');
    expect(hasCome).toBe(false);
    expect(proxy.disturbed()).toEqual({ connections: 1, bytesHeldBack: 4 });
    const late = once(first, 'data');
    proxy.disturb('pass');
    expect(await late).toEqual(['lost']);
  });

  it('lets nothing overtake what is delayed', async () => {
    const socket = await open();
    proxy.disturb({ delayedMs: 60 });
    socket.write('first');
    proxy.disturb('pass');
    socket.write('second');

    const [answer] = await once(socket, 'data');
    expect(answer).toMatch(/^first/);
  });

  it('resets every second connection at once, and new ones', async () => {
    const [first, second] = [await open(), await open()];
    const closed = closeOf(first);
    proxy.disturb('halfReset');
    await closed;

    expect(await said(second, 'still')).toBe('still');
    const third = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(third);
    await closeOf(third);
    expect(proxy.disturbed()).toEqual({ connections: 2, bytesHeldBack: 0 });
  });

  it('harms a half again when all that are left survived the last time', async () => {
    const [first, second] = [await open(), await open()];
    const closed = closeOf(first);
    proxy.disturb('halfReset');
    await closed;
    proxy.disturb('pass');
    expect(proxy.disturbed().connections).toBe(0);
    const closedToo = closeOf(second);
    proxy.disturb('halfReset');

    await closedToo;
    expect(proxy.disturbed().connections).toBe(1);
  });

  it('refuses connections while it is told to, and keeps those that are open', async () => {
    const first = await open();
    proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1');
    sockets.push(refused);
    const [error] = await once(refused, 'error');

    expect(error).toHaveProperty('code', 'ECONNREFUSED');
    expect(await said(first, 'still')).toBe('still');
    await proxy.accept();
    await open();
  });
});
