import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { encodeRequest } from './http-connection.ts';
import { runOpenLoop } from './open-loop.ts';

let server: Server;

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function serve(handle: (target: ServerResponse) => void): Promise<number> {
  server = createServer((message, target) => {
    message.resume();
    handle(target);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no TCP port');
  return address.port;
}

async function load(port: number, expectedBytes: number) {
  const request = encodeRequest(port, '{}');
  return runOpenLoop({
    port,
    connections: 1,
    seconds: 0.4,
    requestsPerSecond: 50,
    requestAt: () => request,
    expectedBytes,
  });
}

describe('an open loop', () => {
  it('counts a stall against every request that was due meanwhile, not against one', async () => {
    const stallMs = 400;
    let isFirst = true;
    const port = await serve((target) => {
      setTimeout(() => target.end('ok'), isFirst ? stallMs : 0);
      isFirst = false;
    });

    const result = await load(port, 2);

    expect(result).toMatchObject({ answers: 20, failures: 0 });
    expect(result.maxMs).toBeGreaterThanOrEqual(stallMs - 1);
    expect(result.p50Ms).toBeGreaterThan(stallMs / 4);
  });

  it('counts what is not the expected answer as a failure', async () => {
    const port = await serve((target) => target.end('not ok'));

    expect(await load(port, 2)).toMatchObject({ answers: 0, failures: 20 });
  });

  it('counts broken connections as failures and goes on with new ones', async () => {
    let count = 0;
    const port = await serve((target) => {
      count += 1;
      if (count === 3) target.destroy();
      else target.end('ok');
    });

    expect(await load(port, 2)).toMatchObject({ answers: 19, failures: 1 });
  });
});
