import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClientAddress } from '@tributary/gateway/edge/client-address';
import { errorCodes } from '@tributary/runtime/errors/error-codes';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { eventually } from '../kit/eventually.ts';
import { SYSTEM_PROGRAM_LIMIT_MS } from '../kit/system-program.ts';
import { type NginxServer, startNginx } from './nginx-server.ts';
import { type StubGateway, startStubGateway } from './stub-gateway.ts';

const scope = new Scope();
let gateways: StubGateway[];
let nginx: NginxServer;

beforeAll(async () => {
  gateways = await Promise.all([startStubGateway(), startStubGateway()]);
  for (const gateway of gateways) scope.own(gateway);
  nginx = scope.own(await startNginx({ gateways: gateways.map(({ url }) => url), requestsPerSecond: 10_000 }));
}, SYSTEM_PROGRAM_LIMIT_MS);
beforeEach(() => {
  for (const gateway of gateways) gateway.reset();
});
afterAll(() => scope.release());

const passed = () => gateways.flatMap(({ requests }) => requests);
const JSON_TYPE = { 'content-type': 'application/json' };

function post(body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${nginx.url}/graphql`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
}

let lastKey = 0;
/** A path that nobody has asked for. */
const freshPath = () => `/graphql?query=%7Ba${++lastKey}%7D`;

async function get(path: string, headers: Record<string, string> = {}): Promise<string | null> {
  const response = await fetch(nginx.url + path, { headers });
  await response.text();
  return response.headers.get('x-cache');
}

function allow(cacheControl: string, more: Record<string, string> = {}): void {
  for (const gateway of gateways) {
    gateway.reply = (response) => {
      response.setHeader('cache-control', cacheControl);
      for (const [name, value] of Object.entries(more)) response.setHeader(name, value);
      response.end('{"data":{}}');
    };
  }
}

/** Sends what no client library would, and reads what comes until nginx hangs up. */
async function sendText(text: string): Promise<{ status: string; headers: string; code: string }> {
  const { hostname, port } = new URL(nginx.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  // It hangs up with some of the request unread.
  socket.on('data', (chunk) => (received += chunk)).on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  const [head = '', body = ''] = received.split('\r\n\r\n');
  const [, status = ''] = /^HTTP\/1\.1 (\d+) /.exec(head) ?? [];
  return { status, headers: head.toLowerCase(), code: JSON.parse(body).errors[0].extensions.code };
}

async function codeOf(response: Response): Promise<string> {
  const { errors } = JSON.parse(await response.text());
  return errors[0].extensions.code;
}

describe('what a gateway is told', () => {
  it('has the trace and the body as they were, and a request id that the client gets, too', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const response = await post('{"query":"{a}"}', { traceparent, authorization: 'Bearer t' });
    const [request] = passed();
    expect(request).toMatchObject({ method: 'POST', path: '/graphql', body: '{"query":"{a}"}' });
    expect(request?.headers).toMatchObject({ traceparent, authorization: 'Bearer t', 'x-forwarded-proto': 'http' });
    expect(response.headers.get('x-request-id')).toBe(request?.headers['x-request-id']);
  });

  it("has the client's address, and not what the client itself wrote, though gateways trust its network", async () => {
    await post('{}', { 'x-forwarded-for': '203.0.113.9' });
    const forwarded = passed()[0]?.headers['x-forwarded-for'];
    expect(forwarded).toBe('127.0.0.1');
    // nginx is at 10.0.0.1 where it is not on the same machine.
    const addressOf = createClientAddress(['10.0.0.0/8', '127.0.0.0/8']);
    expect(addressOf('10.0.0.1', String(forwarded))).toBe('127.0.0.1');
  });
});

describe('an answer to a GET', () => {
  /** nginx hands on an answer before it has put it away. */
  function untilKept(path: string, headers: Record<string, string> = {}): Promise<unknown> {
    return eventually(
      () => get(path, headers),
      (outcome) => outcome === 'HIT',
    );
  }

  it('is kept for everybody where s-maxage says so, and asked for again when that is over', async () => {
    allow('public, max-age=60, s-maxage=2');
    const path = freshPath();
    expect(await get(path)).toBe('MISS');
    await untilKept(path);
    const asked = passed().length;
    expect(await get(path)).toBe('HIT');
    expect(passed()).toHaveLength(asked);
    const startedMs = performance.now();
    let outcome = await get(path);
    while (outcome === 'HIT' && performance.now() - startedMs < 5_000) outcome = await get(path);
    expect(outcome).toBe('EXPIRED');
    expect(passed()).toHaveLength(asked + 1);
  });

  it('is not waited for by others, since it may turn out to be nobody else’s', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    for (const gateway of gateways) {
      gateway.reply = (response) =>
        void mayAnswer.then(() => response.setHeader('cache-control', 'no-store').end('{}'));
    }
    const path = freshPath();
    const asked = Promise.all(Array.from({ length: 20 }, () => get(path)));
    // nginx gives up waiting for another request's answer after 5 s.
    const reached = eventually(
      async () => passed().length,
      (count) => count === 20,
      { limitMs: 4_000 },
    );
    try {
      expect(await reached).toBe(20);
    } finally {
      answer();
      await asked;
    }
  });

  it.each([
    ['max-age alone', 'public, max-age=60', {}],
    ['s-maxage=0', 'public, max-age=60, s-maxage=0', {}],
    ['private', 'private, max-age=60, s-maxage=60', {}],
    ['no-store', 'no-store', {}],
    ['a cookie', 'public, s-maxage=60', { 'set-cookie': 'a=b' }],
  ])('is not kept with %s', async (_, cacheControl, headers) => {
    allow(cacheControl, headers);
    const path = freshPath();
    for (let count = 0; count < 3; count++) await get(path);
    expect(passed()).toHaveLength(3);
  });

  it.each([
    ['a token', { authorization: 'Bearer mine' }],
    ['a cookie', { cookie: 'tributary_session=t' }],
    ['an API key', { 'x-api-key': 'k' }],
    ['a session', { 'x-tributary-session': 't' }],
    ['a wish to have it explained', { 'x-tributary-explain': '1' }],
  ])('is neither kept for nor taken from others by a request with %s', async (_, headers) => {
    allow('public, s-maxage=60');
    const path = freshPath();
    expect(await get(path, headers)).toBe('BYPASS');
    // What the personal request brought is nobody else's.
    expect(await get(path)).toBe('MISS');
    expect(await get(path, headers)).toBe('BYPASS');
    expect(passed()).toHaveLength(3);
  });

  it.each(['accept', 'origin', 'apollographql-client-name'])('is kept apart by %s', async (name) => {
    allow('public, s-maxage=60');
    const path = freshPath();
    await get(path, { [name]: 'https://one.example' });
    expect(await get(path, { [name]: 'https://two.example' })).toBe('MISS');
    await untilKept(path, { [name]: 'https://one.example' });
  });

  it('is not what a POST gets', async () => {
    allow('public, s-maxage=60');
    await post('{"query":"{a}"}');
    await post('{"query":"{a}"}');
    expect(passed()).toHaveLength(2);
  });
});

describe('a gateway that ends while it has a request', () => {
  const crash = (gateway: StubGateway): void => {
    gateway.reply = (response) => void response.destroy();
  };

  it('has a query by GET go to the other one', async () => {
    const [first, second] = gateways;
    if (!first || !second) throw new Error('there are no two');
    crash(first);
    const statuses = await Promise.all(
      Array.from(
        { length: 4 },
        async () => (await fetch(nginx.url + freshPath(), { headers: { cookie: 'a' } })).status,
      ),
    );
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(first.requests.length).toBeGreaterThan(0);
    expect(second.requests).toHaveLength(4);
  });

  it('leaves a POST, which may be a mutation that it executed, to its client', async () => {
    for (const gateway of gateways) crash(gateway);
    const response = await post('{"query":"mutation { pay }"}');
    expect([response.status, await codeOf(response)]).toEqual([502, 'GATEWAY_UNREACHABLE']);
    expect(passed()).toHaveLength(1);
  });
});

it('passes on that a gateway is overloaded, and asks no other one', async () => {
  for (const gateway of gateways) gateway.reply = (response) => void response.writeHead(503).end('{"errors":[]}');
  const response = await fetch(nginx.url + freshPath());
  expect([response.status, await response.text(), passed().length]).toEqual([503, '{"errors":[]}', 1]);
});

it('sends nothing more to a gateway that says it is about to stop', async () => {
  const [stopping, staying] = gateways;
  if (!stopping || !staying) throw new Error('there are no two');
  stopping.isReady = false;
  const startedMs = performance.now();
  let inARow = 0;
  // Half of them would go there; that it gets none of thirty happens once in 10^9 times by chance.
  while (inARow < 30 && performance.now() - startedMs < 20_000) {
    const before = stopping.requests.length;
    await (await post('{"query":"mutation { pay }"}')).text();
    inARow = stopping.requests.length === before ? inARow + 1 : 0;
  }
  expect(inARow).toBe(30);
});

it('passes each event of a stream on as it comes, uncompressed', async () => {
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  for (const gateway of gateways) {
    gateway.reply = (response) => {
      response.setHeader('content-type', 'text/event-stream').setHeader('x-accel-buffering', 'no');
      response.setHeader('cache-control', 'no-store, no-transform').write('event: next\n\n');
      void mayEnd.then(() => response.end());
    };
  }
  const response = await fetch(`${nginx.url}/graphql`, {
    method: 'POST',
    headers: { ...JSON_TYPE, accept: 'text/event-stream', 'accept-encoding': 'gzip' },
    body: '{"query":"subscription { a }"}',
  });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect([Buffer.from(first?.value ?? []).toString(), response.headers.get('content-encoding')]).toEqual([
    'event: next\n\n',
    null,
  ]);
  end();
  expect((await reader?.read())?.done).toBe(true);
});

describe('what does not reach a gateway', () => {
  it('is a body that gateways would not take', async () => {
    const response = await post(JSON.stringify({ query: 'a'.repeat(1024 * 1024) }));
    expect([response.status, await codeOf(response)]).toEqual([413, 'BODY_TOO_LARGE']);
    expect(passed()).toEqual([]);
  });

  it.each(['/metrics', '/probe', '/refused/malformed'])('is another path: %s', async (path) => {
    const response = await fetch(nginx.url + path);
    expect([response.status, await codeOf(response)]).toEqual([404, 'NOT_FOUND']);
    expect(passed()).toEqual([]);
  });

  const long = 'a'.repeat(17_000);
  const host = 'host: a\r\nconnection: close';
  it.each([
    ['a URL that is too long', `GET /graphql?query=${long} HTTP/1.1\r\n${host}\r\n\r\n`, '431', 'HEADERS_TOO_LARGE'],
    ['headers that are too long', `GET / HTTP/1.1\r\n${host}\r\nx-a: ${long}\r\n\r\n`, '431', 'HEADERS_TOO_LARGE'],
    ['what is no HTTP', 'hello, is anybody there\r\n\r\n', '400', 'BAD_REQUEST'],
    ['a request without a host', 'GET /graphql HTTP/1.1\r\n\r\n', '400', 'BAD_REQUEST'],
    [
      'an unknown transfer coding',
      `POST /graphql HTTP/1.1\r\n${host}\r\ntransfer-encoding: a\r\n\r\n`,
      '400',
      'BAD_REQUEST',
    ],
    ['TRACE', `TRACE /graphql HTTP/1.1\r\n${host}\r\n\r\n`, '405', 'METHOD_NOT_ALLOWED'],
  ])('is %s', async (_, request, status, code) => {
    const answer = await sendText(request);
    expect(answer).toMatchObject({ status, code });
    expect(answer.headers).toContain('content-type: application/json');
    expect(answer.headers).toMatch(/x-request-id: [0-9a-f]{32}/);
    expect(passed()).toEqual([]);
  });

  it('is a body that nginx has no room for, which it says under the id of its log', async () => {
    const bringBack = await nginx.loseBodies();
    const response = await post(JSON.stringify({ query: 'a'.repeat(512 * 1024) }));
    await bringBack();
    const { errors } = JSON.parse(await response.text());
    expect([response.status, errors[0].extensions]).toEqual([
      500,
      { code: 'INTERNAL_SERVER_ERROR', reference: response.headers.get('x-request-id') },
    ]);
    expect(passed()).toEqual([]);
  });

  it('is what one address asks for beyond what is committed', async () => {
    const limited = await startNginx({ gateways: gateways.map(({ url }) => url) });
    try {
      const ask = () => fetch(`${limited.url}/graphql`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
      const responses = await Promise.all(Array.from({ length: 800 }, ask));
      const refused = responses.filter(({ status }) => status !== 200);
      const [first] = refused;
      expect(refused.length).toBeGreaterThan(100);
      expect([first?.status, first?.headers.get('retry-after'), first && (await codeOf(first))]).toEqual([
        429,
        '1',
        'RATE_LIMITED',
      ]);
      expect(passed().length).toBe(800 - refused.length);
    } finally {
      await limited.stop();
    }
  });

  it('is what one address asks for on more than 200 connections at once', async () => {
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<void>();
    for (const gateway of gateways) gateway.reply = (response) => void mayAnswer.then(() => response.end('{}'));
    const refused: Response[] = [];
    const asked = Array.from({ length: 220 }, async () => {
      const response = await post('{"query":"{a}"}');
      if (response.status !== 200) refused.push(response);
      await response.text();
      return response.status;
    });
    try {
      const count = await eventually(
        async () => passed().length + refused.length,
        (all) => all >= 220,
      );
      expect([count, refused.length]).toEqual([220, 20]);
    } finally {
      answer();
    }
    expect(new Set(await Promise.all(asked))).toEqual(new Set([200, 429]));
  });
});

it('refuses with codes of the catalogue only', async () => {
  const file = fileURLToPath(new URL('../../deploy/nginx/gateway.conf', import.meta.url));
  const refusals = [...(await readFile(file, 'utf8')).matchAll(/return (\d+) '.*"code":"(\w+)"/g)];
  expect(refusals).toHaveLength(9);
  for (const [, status, code = ''] of refusals) {
    expect([code, Object.entries(errorCodes).find(([name]) => name === code)?.[1].httpStatus]).toEqual([
      code,
      // That there is nothing at a path is no answer of GraphQL.
      code === 'NOT_FOUND' ? expect.anything() : Number(status),
    ]);
  }
});
