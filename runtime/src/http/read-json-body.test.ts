import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { bodyLimitBytes, jsonHeaders, refusal, startEchoServer } from '../testing/echo-server.ts';
import { openSocket } from '../testing/raw-socket.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

describe('the encoding of a body', () => {
  it.each(['gzip', 'br', 'x', 'identity, gzip'])('is refused when it is %s', async (encoding) => {
    const { post, requests } = await startEchoServer(scope);
    const answer = await post('{}', { ...jsonHeaders, 'content-encoding': encoding });
    expect(await refusal(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(requests).toEqual([]);
  });

  it('may be said to be none', async () => {
    const { post } = await startEchoServer(scope);
    expect((await post('{}', { ...jsonHeaders, 'content-encoding': 'identity' })).status).toBe(200);
  });

  it('is UTF-8, and bytes that are not are refused instead of replaced', async () => {
    const { post, requests } = await startEchoServer(scope);
    const latin1 = Buffer.from('{"name":"caf\u00e9"}', 'latin1');
    expect(await refusal(await post(latin1))).toEqual([400, 'MALFORMED_JSON']);
    expect(requests).toEqual([]);
    expect((await post('{"name":"caf\u00e9"}')).status).toBe(200);
    expect(requests[0]?.body).toEqual({ name: 'caf\u00e9' });
  });
});

describe('the body limit', () => {
  it('lets a body of exactly the limit through, and not one byte more', async () => {
    const { post } = await startEchoServer(scope);
    const body = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
    expect((await post(body(bodyLimitBytes))).status).toBe(200);
    expect(await refusal(await post(body(bodyLimitBytes + 1)))).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it('is told to a client that is still sending 5 MB, and nothing is logged', async () => {
    const { post, lines } = await startEchoServer(scope);
    expect(await refusal(await post(Buffer.alloc(5_000_000, 'x')))).toEqual([413, 'BODY_TOO_LARGE']);
    expect(lines).toEqual([]);
  });

  it('holds for a body that does not say how long it is', async () => {
    const { server, post } = await startEchoServer(scope);
    const { socket, received } = await openSocket(scope, server.port);
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
    const { server } = await startEchoServer(scope);
    const ask = async (length: number) => {
      const { socket, received } = await openSocket(scope, server.port);
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
    const { server, get, lines } = await startEchoServer(scope);
    const { socket } = await openSocket(scope, server.port);
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{');
    socket.destroy();
    await once(socket, 'close');
    expect((await get('/health/live')).status).toBe(200);
    expect(lines).toEqual([]);
  });
});
