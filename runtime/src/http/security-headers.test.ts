import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { jsonHeaders, startEchoServer } from '../testing/echo-server.ts';
import { openSocket } from '../testing/raw-socket.ts';
import { type HeaderList, securityHeaders, securityHeadersWithTransport } from './security-headers.ts';

let scope = new Scope();

afterEach(async () => {
  await scope.release();
  scope = new Scope();
});

const cors = { allowedOrigins: ['https://shop.example'] };
const preflight = {
  method: 'OPTIONS',
  headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
};
const strictTransport = ['strict-transport-security', 'max-age=31536000'];

/** The security headers that an answer has. */
function securityOf(received: Headers): HeaderList {
  const names = [...securityHeaders.map(([name]) => name), 'strict-transport-security'];
  return names.flatMap((name) => {
    const value = received.get(name);
    return value === null ? [] : [[name, value] as const];
  });
}

describe('the security headers', () => {
  it.each<[string, string, RequestInit]>([
    ['an answer', '/graphql', { method: 'POST', headers: jsonHeaders, body: '{}' }],
    ['a refusal', '/graphql', { method: 'POST', headers: jsonHeaders, body: '{' }],
    ['what is not there', '/other', {}],
    ['a method that is not answered', '/graphql', { method: 'DELETE' }],
    ['a preflight', '/graphql', preflight],
    ['health', '/health/ready', {}],
  ])('are on %s', async (_, path, init) => {
    const { get } = await startEchoServer(scope, { cors });
    expect(securityOf((await get(path, init)).headers)).toEqual(securityHeaders);
  });

  it('are on a defect', async () => {
    const { get } = await startEchoServer(scope, {
      handleGraphql: () => {
        throw new Error('a defect');
      },
    });
    const response = await get('/graphql');
    expect(response.status).toBe(500);
    expect(securityOf(response.headers)).toEqual(securityHeaders);
  });

  it('are on what answers bytes that are no HTTP', async () => {
    const { server } = await startEchoServer(scope);
    const { socket, received } = await openSocket(scope, server.port);
    socket.write('nonsense\r\n\r\n');
    await once(socket, 'close');
    const lines = received().split('\r\n');
    for (const [name, value] of securityHeaders) expect(lines).toContain(`${name}: ${value}`);
  });

  it('say that only HTTPS is to be used where an operator says for how long', async () => {
    expect(securityHeadersWithTransport(0)).toBe(securityHeaders);
    const defaultHeaders = securityHeadersWithTransport(31_536_000);
    const { get } = await startEchoServer(scope, { defaultHeaders });
    expect(securityOf((await get('/health/live')).headers)).toEqual([...securityHeaders, strictTransport]);
  });
});
