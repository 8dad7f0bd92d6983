import { beforeEach, describe, expect, it } from '@jest/globals';
import { Scope } from '../lifecycle/scope.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import { signedHeaders } from '../testing/signed-headers.ts';
import { openGatewayKeys } from './gateway-keys.ts';
import { createRequestVerifier, type RequestVerifier } from './request-verifier.ts';
import { signatureHeaderName, viewerHeaderName } from './signature.ts';
import { encodeCaller } from './vouched-caller.ts';

const nowMs = Date.UTC(2026, 5, 1);
const key = 'the first key, of 32 characters or so';
const nextKey = 'the second key, of 32 characters or so';
const viewer = {
  userId: 'usr_1',
  role: 'CUSTOMER',
  sessionId: 'ses_1',
  scopes: ['orders:read', 'orders:write'],
} as const;
const caller = { viewer, isExplained: true, clientAddress: '192.0.2.7' };

async function verifierOf(...keys: string[]): Promise<RequestVerifier> {
  const { logger } = createCapturedLogger();
  await using scope = new Scope();
  return createRequestVerifier({
    subgraph: 'catalog',
    keys: scope.own(await openGatewayKeys(keys, { logger })),
    windowMs: 30_000,
  });
}

interface Sent {
  method: string;
  target: string;
  body: string | Buffer;
  headers: Map<string, string>;
}

function sign(differences: Partial<Parameters<typeof signedHeaders>[0]> = {}): Sent {
  const request = {
    key,
    subgraph: 'catalog',
    method: 'POST',
    target: '/graphql',
    body: '{"query":"{ me { id } }"}',
    caller,
    nowMs,
  };
  const signed = { ...request, ...differences };
  const { method, target, body } = signed;
  return { method, target, body, headers: new Map(Object.entries(signedHeaders(signed))) };
}

/** The request with one header exchanged; `undefined` takes it away. */
function withHeader(sent: Sent, name: string, value: string | undefined): Sent {
  const headers = new Map(sent.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...sent, headers };
}

const signatureOf = (sent: Sent) => sent.headers.get(signatureHeaderName) ?? '';

/** The request with one of the four parts of its signature exchanged. */
function withPart(sent: Sent, part: 0 | 1 | 2 | 3, value: string): Sent {
  return withHeader(sent, signatureHeaderName, signatureOf(sent).split('.').with(part, value).join('.'));
}

let verify: RequestVerifier;
beforeEach(async () => {
  verify = await verifierOf(key);
});

describe('a request that the gateway signed', () => {
  it.each([
    { viewer, isExplained: false },
    { viewer: null, isExplained: true },
    { viewer: null, isExplained: false, clientAddress: '2001:db8::1' },
    { viewer: { ...viewer, userId: 'usr_ü€😀' }, isExplained: false },
  ])('says who asks: %j', async (vouched) => {
    expect(await verify(sign({ caller: vouched }), nowMs)).toEqual(vouched);
  });

  it('may be of any method, path, query string and body', async () => {
    const requests = [
      sign({ method: 'GET', target: '/revocations?within=1', body: '' }),
      sign({ body: JSON.stringify({ query: '{ a(text: "ü€😀\ud800") }' }) }),
      sign({ body: 'x'.repeat(1_000_000) }),
    ];
    for (const request of requests) expect(await verify(request, nowMs)).toMatchObject({ viewer });
  });

  it('is known by its bytes as by its text', async () => {
    const sent = sign({ body: '{"query":"{ a(text: \\"ü€😀\\") }"}' });
    expect(await verify({ ...sent, body: Buffer.from(sent.body) }, nowMs)).toMatchObject({ viewer });
  });

  it('may be 30 s old or from 30 s ahead, and no more', async () => {
    const codes = [-30_001, -30_000, 30_000, 30_001].map((awayMs) =>
      verify(sign({ nowMs: nowMs + awayMs }), nowMs).then(
        () => 'accepted',
        (error) => error.code,
      ),
    );
    const expired = 'GATEWAY_SIGNATURE_EXPIRED';
    expect(await Promise.all(codes)).toEqual([expired, 'accepted', 'accepted', expired]);
  });

  it('is accepted under each of the keys, so that they can be rotated', async () => {
    verify = await verifierOf(nextKey, key);
    expect(await verify(sign(), nowMs)).toMatchObject({ viewer });
    expect(await verify(sign({ key: nextKey }), nowMs)).toMatchObject({ viewer });
    verify = await verifierOf(nextKey);
    await expect(verify(sign(), nowMs)).rejects.toMatchObject({ code: 'GATEWAY_SIGNATURE_INVALID' });
  });

  it('is refused when it comes again, and others of the same content are not', async () => {
    const sent = sign();
    await verify(sent, nowMs);
    await expect(verify(sent, nowMs)).rejects.toMatchObject({ code: 'GATEWAY_SIGNATURE_REPLAYED' });
    await verify(sign(), nowMs);
    await expect(verify(sent, nowMs + 29_000)).rejects.toMatchObject({ code: 'GATEWAY_SIGNATURE_REPLAYED' });
    await expect(verify(sent, nowMs + 30_001)).rejects.toMatchObject({ code: 'GATEWAY_SIGNATURE_EXPIRED' });
  });

  it('may come after one that was sent later', async () => {
    const [first, second] = [sign({ nowMs: nowMs - 2_000 }), sign()];
    await verify(second, nowMs);
    expect(await verify(first, nowMs)).toMatchObject({ viewer });
  });
});

describe('refused is', () => {
  const sent = sign();
  const other = sign({ body: '{"query":"{ you { id } }"}', caller: { viewer: null } });
  const admin = encodeCaller({ ...caller, viewer: { ...viewer, role: 'ADMIN' } });
  const [keyId = '', timestamp = '', nonce = '', signature = ''] = signatureOf(sent).split('.');

  it.each<[string, Sent]>([
    ['for another subgraph', sign({ subgraph: 'inventory' })],
    ['another method', { ...sent, method: 'GET' }],
    ['another path', { ...sent, target: '/revocations' }],
    ['a query string that was added', { ...sent, target: '/graphql?x=1' }],
    ['another body', { ...sent, body: other.body }],
    ['a body with white space that was added', { ...sent, body: `${sent.body} ` }],
    ['no body', { ...sent, body: '' }],
    ['another viewer', withHeader(sent, viewerHeaderName, admin)],
    ['the viewer of another request', withHeader(sent, viewerHeaderName, other.headers.get(viewerHeaderName))],
    ['no viewer header', withHeader(sent, viewerHeaderName, undefined)],
    [
      'two viewer headers in one',
      withHeader(sent, viewerHeaderName, `${admin}, ${sent.headers.get(viewerHeaderName)}`),
    ],
    ['another time', withPart(sent, 1, String(nowMs + 1))],
    ['a time with a zero before it', withPart(sent, 1, `0${timestamp}`)],
    ['another nonce', withPart(sent, 2, 'aaaaaaaaaaaa')],
    ['a nonce and a time that are cut elsewhere', withPart(withPart(sent, 1, `${timestamp}1`), 2, nonce.slice(1))],
    ['another signature', withPart(sent, 3, signatureOf(other).split('.')[3] ?? '')],
    ['a signature that is cut', withPart(sent, 3, signature.slice(0, -1))],
    ['a signature that is empty', withPart(sent, 3, '')],
    ['the key of somebody else', sign({ key: nextKey })],
    ["the key of somebody else under our key's id", withPart(sign({ key: nextKey }), 0, keyId)],
    ['the signature of another request', withHeader(sent, signatureHeaderName, signatureOf(other))],
    ['a signature with something after it', withHeader(sent, signatureHeaderName, `${signatureOf(sent)}.x`)],
    ['two signatures in one', withHeader(sent, signatureHeaderName, `${signatureOf(sent)}, ${signatureOf(other)}`)],
    ['anything else', withHeader(sent, signatureHeaderName, '.')],
  ])('%s', async (_what, altered) => {
    await expect(verify(altered, nowMs)).rejects.toMatchObject({ code: 'GATEWAY_SIGNATURE_INVALID', httpStatus: 401 });
    expect(await verify(sent, nowMs)).toMatchObject({ viewer });
  });

  it.each([undefined, ''])('a request without a signature: %j', async (text) => {
    const unsigned = withHeader(sent, signatureHeaderName, text);
    await expect(verify(unsigned, nowMs)).rejects.toMatchObject({ code: 'GATEWAY_SIGNATURE_REQUIRED' });
  });
});
