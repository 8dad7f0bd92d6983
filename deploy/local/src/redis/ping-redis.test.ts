import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../postgres/ports.ts';
import { pingRedis } from './ping-redis.ts';

let close: (() => void) | undefined;

afterEach(() => close?.());

/** A server that answers every connection's first bytes with one text. */
async function serverAnswering(answer: string): Promise<number> {
  const server = createServer((socket) => socket.once('data', () => socket.end(answer))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  close = () => server.close();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address');
  return address.port;
}

describe('pingRedis', () => {
  it('answers nothing for a server that serves', async () => {
    expect(await pingRedis(await serverAnswering('+PONG\r\n'))).toBeUndefined();
  });

  it('answers what a server says that is still loading its data', async () => {
    expect(await pingRedis(await serverAnswering('-LOADING dataset in memory\r\n'))).toContain('-LOADING');
  });

  it('answers the error of a connection that nobody takes', async () => {
    expect(await pingRedis(await freePort())).toContain('ECONNREFUSED');
  });
});
