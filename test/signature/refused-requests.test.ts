import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SignatureRefusalCode } from '@tributary/runtime/signature/signature-refusal';
import { encodeCaller } from '@tributary/runtime/signature/vouched-caller';
import { type NotesGraph, startNotesGraph } from './notes-graph.ts';
import type { DeliveredAnswer, RecordedRequest } from './recording-proxy.ts';

const key = 'the key that gateway and subgraph share';

let graph: NotesGraph;
beforeAll(async () => {
  graph = await startNotesGraph({ gateway: [key], subgraph: [key] });
}, 60_000);
afterAll(() => graph?.stop());

/** What the gateway sends for an operation, taken away before it arrives. */
async function intercept(query: string): Promise<RecordedRequest> {
  graph.proxy.isHolding = true;
  const before = graph.proxy.requests.length;
  await graph.ask(query);
  graph.proxy.isHolding = false;
  const [request, ...others] = graph.proxy.requests.slice(before);
  if (!request || others.length > 0) throw new Error('expected one request');
  return request;
}

/** As `intercept`, by a gateway whose clock is off by so much. */
async function interceptAt(awayMs: number, query: string): Promise<RecordedRequest> {
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + awayMs);
  return await intercept(query).finally(() => clock.mockRestore());
}

/** The code of a refusal, or `answered`. */
function outcomeOf({ status, text }: DeliveredAnswer): string {
  const { errors } = JSON.parse(text);
  if (errors === undefined) return 'answered';
  return status === 401 ? errors[0].extensions.code : `HTTP ${status} ${text}`;
}

const deliver = async (request: RecordedRequest) => outcomeOf(await graph.proxy.deliver(request));

const withHeaders = (request: RecordedRequest, headers: Record<string, string>): RecordedRequest => ({
  ...request,
  headers: { ...request.headers, ...headers },
});

const signatureName = 'x-tributary-signature';
const viewerName = 'x-tributary-viewer';

function withSignaturePart(request: RecordedRequest, part: number, change: (text: string) => string): RecordedRequest {
  const parts = (request.headers[signatureName] ?? '').split('.');
  return withHeaders(request, { [signatureName]: parts.with(part, change(parts[part] ?? '')).join('.') });
}

const lastChanged = (text: string) => text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');

const note = '{ note(text: "a") }';
const write = (text: string) => `mutation { write(text: ${JSON.stringify(text)}) }`;

describe('a subgraph', () => {
  it("answers the gateway's requests, by whatever way they come", async () => {
    expect(await graph.ask(note)).toEqual({ data: { note: 'a' } });
    expect(await deliver(await intercept(note))).toBe('answered');
  });

  it('refuses direct calls, and runs nothing for them', async () => {
    const { headers, ...request } = await intercept(write('direct'));
    const { [signatureName]: _signature, ...unsigned } = headers;

    expect(await deliver({ ...request, headers: unsigned })).toBe('GATEWAY_SIGNATURE_REQUIRED');
    expect(await deliver({ ...request, headers: { 'content-type': 'application/json' } })).toBe(
      'GATEWAY_SIGNATURE_REQUIRED',
    );
    expect(graph.written).not.toContain('direct');
  });

  it('refuses a request that comes again: a write is done once', async () => {
    await graph.ask(write('once'));
    const delivered = graph.proxy.requests.at(-1);
    if (!delivered) throw new Error('nothing was sent');

    const again = await Promise.all([deliver(delivered), deliver(delivered)]);

    expect(again).toEqual(Array(2).fill('GATEWAY_SIGNATURE_REPLAYED'));
    expect(graph.written.filter((text) => text === 'once')).toHaveLength(1);
  });

  it('does one of many that are sent at the same moment with the same signature', async () => {
    const request = await intercept(write('at the same moment'));

    const outcomes = await Promise.all(Array.from({ length: 50 }, () => deliver(request)));

    expect(outcomes.filter((outcome) => outcome === 'answered')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['answered', 'GATEWAY_SIGNATURE_REPLAYED']));
    expect(graph.written.filter((text) => text === 'at the same moment')).toHaveLength(1);
  });

  const otherViewer = encodeCaller({
    viewer: { userId: 'usr_1', role: 'ADMIN', sessionId: 'ses_1', scopes: [] },
    isExplained: true,
    clientAddress: '127.0.0.1',
  });

  it.each<[string, (request: RecordedRequest) => RecordedRequest]>([
    ['query string', (request) => ({ ...request, target: `${request.target}?a=1` })],
    ['body', (request) => ({ ...request, body: Buffer.from(request.body.toString().replace('altered', 'ALTERED')) })],
    ['viewer', (request) => withHeaders(request, { [viewerName]: otherViewer })],
    ['key', (request) => withSignaturePart(request, 0, lastChanged)],
    ['time', (request) => withSignaturePart(request, 1, (text) => String(Number(text) + 1))],
    ['nonce', (request) => withSignaturePart(request, 2, lastChanged)],
    ['signature', (request) => withSignaturePart(request, 3, (text) => `A${text.slice(1, -1)}A`)],
  ])('refuses a request whose %s was altered', async (_part, alter) => {
    const request = await intercept(write('altered'));

    expect(await deliver(alter(request))).toBe('GATEWAY_SIGNATURE_INVALID');
    expect(graph.written.map((text) => text.toLowerCase())).not.toContain('altered');
  });

  it.each([-31_000, 31_000])('refuses a request that was signed %i ms from now', async (awayMs) => {
    const request = await interceptAt(awayMs, write('at another time'));

    expect(await deliver(request)).toBe('GATEWAY_SIGNATURE_EXPIRED');
    expect(graph.written).not.toContain('at another time');
  });

  it.each([-25_000, 25_000])('answers a gateway whose clock is %i ms off', async (awayMs) => {
    expect(await deliver(await interceptAt(awayMs, note))).toBe('answered');
  });

  it('refuses parts of two requests that are put together', async () => {
    const [first, second] = [await intercept(write('first')), await intercept(write('second'))];

    expect(await deliver({ ...first, body: second.body })).toBe('GATEWAY_SIGNATURE_INVALID');
    expect(await deliver({ ...second, body: first.body })).toBe('GATEWAY_SIGNATURE_INVALID');
    expect(await deliver(withHeaders(first, second.headers))).toBe('GATEWAY_SIGNATURE_INVALID');
    expect(graph.written).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(first|second)$/)]));
  });

  it('does requests that overtake each other once each, and refuses the old one after the new one', async () => {
    const [first, second] = [await intercept(write('earlier')), await intercept(write('later'))];

    expect([await deliver(second), await deliver(first)]).toEqual(['answered', 'answered']);
    expect([await deliver(first), await deliver(second)]).toEqual(Array(2).fill('GATEWAY_SIGNATURE_REPLAYED'));
    expect(graph.written.filter((text) => text === 'earlier' || text === 'later')).toEqual(['later', 'earlier']);
  });

  it.each(['{ _service { sdl } }', '{ __schema { queryType { name } } }', '{ __type(name: "Query") { name } }'])(
    'tells its schema to nobody: %s',
    async (query) => {
      const body = Buffer.from(JSON.stringify({ query }));
      const headers = { 'content-type': 'application/json' };
      expect(await deliver({ method: 'POST', target: '/graphql', headers, body })).toBe('GATEWAY_SIGNATURE_REQUIRED');
      const { errors, data } = await graph.ask(query);
      expect([errors?.[0]?.extensions.code, data ?? null]).toEqual(['GRAPHQL_VALIDATION_FAILED', null]);
    },
  );

  it('counts what it refuses, and logs it without what was signed or the key', async () => {
    const codes: SignatureRefusalCode[] = [
      'GATEWAY_SIGNATURE_REQUIRED',
      'GATEWAY_SIGNATURE_INVALID',
      'GATEWAY_SIGNATURE_EXPIRED',
      'GATEWAY_SIGNATURE_REPLAYED',
    ];
    const request = await intercept(note);
    const before = { ...graph.refusals };
    await deliver(request);
    await deliver(request);
    await deliver({ ...request, headers: { 'content-type': 'application/json' } });

    expect(graph.refusals).toEqual({
      ...before,
      GATEWAY_SIGNATURE_REPLAYED: before.GATEWAY_SIGNATURE_REPLAYED + 1,
      GATEWAY_SIGNATURE_REQUIRED: before.GATEWAY_SIGNATURE_REQUIRED + 1,
    });
    const log = graph.log.join('');
    for (const code of codes) expect(log).toContain(code);
    const secrets = [key, request.headers[signatureName] ?? key, request.headers[viewerName] ?? key];
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});

describe('a gateway with another key', () => {
  it('gets nothing from the subgraph, and says so where it tells of its health', async () => {
    const stranger = await startNotesGraph({ gateway: ['a key that the subgraph has never had'], subgraph: [key] });
    try {
      const { data, errors } = await stranger.ask(note);
      expect([data ?? null, errors?.[0]?.extensions.code]).toEqual([null, 'GATEWAY_SIGNATURE_INVALID']);
      const health = await fetch(`${stranger.url}/health/ready`);
      expect(await health.json()).toMatchObject({ checks: { 'subgraph notes': { isOk: false } } });
    } finally {
      await stranger.stop();
    }
  });

  it('is ready with the right one', async () => {
    const health = await fetch(`${graph.url}/health/ready`);
    expect(await health.json()).toMatchObject({ checks: { 'subgraph notes': { isOk: true } } });
  });
});
