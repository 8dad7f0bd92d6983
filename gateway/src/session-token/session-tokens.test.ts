import { beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpRequest, RequestHeaders } from '@tributary/runtime/http/http-message';
import type { SessionPositions } from '@tributary/runtime/session/followed-session';
import { type GatewayKey, gatewayKey } from '@tributary/runtime/signature/gateway-key';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { RequestSession } from './request-session.ts';
import { createSessionTokens } from './session-tokens.ts';

const TTL_MS = 10_000;
const ann: Viewer = { userId: 'usr_ann', role: 'CUSTOMER', sessionId: 'ses_1', scopes: [] };
const bob: Viewer = { ...ann, userId: 'usr_bob', sessionId: 'ses_2' };

let nowMs: number;
let ring: GatewayKey[];

const keysOf = (all: () => GatewayKey[]) => ({
  get first() {
    return all()[0] ?? gatewayKey('n'.repeat(32));
  },
  find: (id: string) => all().find((key) => key.id === id),
});
const tokensWith = (keys = keysOf(() => ring), isSecure = false) =>
  createSessionTokens({ keys, ttlMs: TTL_MS, isSecure, nowMs: () => nowMs });

function headers(all: Readonly<Record<string, string>>): RequestHeaders {
  return {
    get: (name) => all[name],
    has: (name) => name in all,
    [Symbol.iterator]: () => Object.entries(all)[Symbol.iterator](),
  };
}

function request(all: Readonly<Record<string, string>> = {}, method = 'POST'): HttpRequest {
  const signal = { aborted: false, toAbortSignal: () => new AbortController().signal };
  return { method, path: '/graphql', search: '', headers: headers(all), body: {}, requestId: 'r', signal };
}

/** A request that wrote, and what its subgraph says of it. */
async function writing(reached: SessionPositions | string, before?: RequestSession): Promise<RequestSession> {
  const session = before ?? new RequestSession(undefined);
  const text = typeof reached === 'string' ? reached : JSON.stringify(reached);
  const answer = { data: {}, errors: [], extensions: {} };
  await session.send({ isQuery: false, headersOf: () => [] }, async () => ({
    answer,
    responseBytes: 1,
    session: text,
  }));
  return session;
}

/** What a subgraph is told by a request with such headers. */
async function toldBy(all: Readonly<Record<string, string>>, viewer: Viewer | null, tokens = tokensWith()) {
  const session = tokens.open(headers(all), viewer);
  let told: string | undefined;
  await session.send({ isQuery: true, headersOf: () => [] }, async (headersOf) => {
    [, told] = headersOf({ subgraph: 's', method: 'POST', target: '/', body: '' });
    return { answer: { data: {}, errors: [], extensions: {} }, responseBytes: 1 };
  });
  return told === undefined ? undefined : JSON.parse(told);
}

async function tokenOf(viewer: Viewer | null, reached: SessionPositions = { shard_0: [1, 100] }): Promise<string> {
  const [[, token] = ['', '']] = tokensWith().headersFor(await writing(reached), request(), viewer);
  return token;
}

beforeEach(() => {
  nowMs = 1_000_000;
  ring = [gatewayKey('1'.repeat(32))];
});

describe('a session token', () => {
  it('brings what was written, and that it was lately, to whichever gateway has the key', async () => {
    const token = await tokenOf(ann, { shard_0: [1, 100], catalog: [2, 7] });
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toEqual({
      seen: { shard_0: [1, 100], catalog: [2, 7] },
      hasWritten: true,
    });
  });

  it('counts for as long as replicas may lag', async () => {
    const token = await tokenOf(ann);
    nowMs += TTL_MS;
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toBeDefined();
    nowMs += 1;
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toBeUndefined();
  });

  it('is its viewer’s, and what somebody wrote before they logged in is theirs', async () => {
    const [anns, anybodys] = [await tokenOf(ann), await tokenOf(null)];
    expect(await toldBy({ 'x-tributary-session': anns }, bob)).toBeUndefined();
    expect(await toldBy({ 'x-tributary-session': anns }, null)).toBeUndefined();
    expect(await toldBy({ 'x-tributary-session': anybodys }, ann)).toBeDefined();
  });

  it('outlives the rotation of keys, and no longer than its own', async () => {
    const token = await tokenOf(ann);
    ring = [gatewayKey('2'.repeat(32)), ...ring];
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toBeDefined();
    ring = ring.slice(0, 1);
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toBeUndefined();
  });

  it.each([
    ['nothing', () => ''],
    ['no token', () => 'eyJhbGciOiJub25lIn0.e30.'],
    ['100 KB', () => 'a'.repeat(100_000)],
    ['another payload under its signature', (token: string) => token.replace(/\.[^.]+\./, '.WzksIiIsOSx7fV0.')],
    ['a signature that is cut off', (token: string) => token.slice(0, -1)],
    ['more after its signature', (token: string) => `${token}.x`],
    ['other bytes', () => '\0\u00ff.%.%'],
  ])('counts as none when it is forged: %s', async (_, forge) => {
    const forged = forge(await tokenOf(ann));
    expect(await toldBy({ 'x-tributary-session': forged }, ann)).toBeUndefined();
    expect(await toldBy({ cookie: `tributary_session=${forged}` }, ann)).toBeUndefined();
  });

  it('keeps the furthest of what was seen, and remembers when there was a write', async () => {
    const tokens = tokensWith();
    const before = tokens.open(headers({ 'x-tributary-session': await tokenOf(ann, { a: [1, 9], b: [2, 3] }) }), ann);
    await before.send({ isQuery: true, headersOf: () => [] }, async () => ({
      answer: { data: {}, errors: [], extensions: {} },
      responseBytes: 1,
      session: '{"a":[1,4],"b":[1,8],"c":[1,1]}',
    }));
    nowMs += TTL_MS - 1;
    const [[, token] = ['', '']] = tokens.headersFor(before, request(), ann);
    const seen = { a: [1, 9], b: [2, 8], c: [1, 1] };
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toEqual({ seen, hasWritten: true });
    nowMs += 1;
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toEqual({ seen, hasWritten: false });
  });

  it('asks for the primary of a database that was written nobody knows how far, until replicas must have it', async () => {
    const tokens = tokensWith();
    const written = { a: [2, Number.MAX_SAFE_INTEGER], b: [1, 5] } as const;
    const before = tokens.open(headers({ 'x-tributary-session': await tokenOf(ann, written) }), ann);
    await before.send({ isQuery: true, headersOf: () => [] }, async () => ({
      answer: { data: {}, errors: [], extensions: {} },
      responseBytes: 1,
      session: '{"b":[1,6]}',
    }));
    nowMs += TTL_MS - 1;
    const [[, token] = ['', '']] = tokens.headersFor(before, request(), ann);
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toMatchObject({ seen: { ...written, b: [1, 6] } });
    nowMs += 1;
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toMatchObject({ seen: { a: [2, 0], b: [1, 6] } });
  });

  it('stays short, however many databases there are: then it asks for primaries', async () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, shard) => [`shard_${shard}`, [1, 1] as const]));
    const token = await tokenOf(ann, many);
    expect(token.length).toBeLessThan(4_096);
    const everywhere = { '*': [0, Number.MAX_SAFE_INTEGER] };
    expect(await toldBy({ 'x-tributary-session': token }, ann)).toEqual({ seen: everywhere, hasWritten: true });
  });

  it('asks for primaries where it is not understood how far a subgraph was', async () => {
    const session = await writing('{"shard_0":"far"}');
    expect(session.news(nowMs)?.seen).toEqual({ '*': [0, Number.MAX_SAFE_INTEGER] });
  });
});

describe('its cookie', () => {
  it('goes to browsers, which show it to no script', async () => {
    const session = await writing({ shard_0: [1, 1] });
    expect(tokensWith().headersFor(session, request(), ann)).toHaveLength(1);
    const fromBrowser = request({ 'sec-fetch-mode': 'cors' });
    const [[, token] = [], [name, cookie] = []] = tokensWith().headersFor(session, fromBrowser, ann);
    expect([name, cookie]).toEqual([
      'set-cookie',
      `tributary_session=${token}; Max-Age=10; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    const [, [, secure] = []] = tokensWith(undefined, true).headersFor(session, fromBrowser, ann);
    expect(secure).toMatch(/; SameSite=Lax; Secure$/);
  });

  it('is read among others, and the header counts before it', async () => {
    const [one, other] = [await tokenOf(ann, { a: [1, 1] }), await tokenOf(ann, { a: [1, 2] })];
    const cookie = `theme=dark; tributary_session=${one}; other=1`;
    expect(await toldBy({ cookie }, ann)).toMatchObject({ seen: { a: [1, 1] } });
    expect(await toldBy({ cookie, 'x-tributary-session': other }, ann)).toMatchObject({ seen: { a: [1, 2] } });
  });

  it('is never part of what is answered to a GET, which may be kept for everybody', async () => {
    const session = await writing({ shard_0: [1, 1] });
    expect(tokensWith().headersFor(session, request({ origin: 'https://shop.example' }, 'GET'), ann)).toEqual([]);
  });
});
