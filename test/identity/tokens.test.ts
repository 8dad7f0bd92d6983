import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { type JWTHeaderParameters, SignJWT, UnsecuredJWT } from 'jose';
import { startTestGraph, type TestGraph } from '../kit/test-graph.ts';

const ME = '{ me { id } }';
const DAY_S = 86_400;

let graph: TestGraph;
let userId: string;
beforeAll(async () => {
  graph = await startTestGraph({ name: 'identity_tokens' });
  userId = encodeId('user', graph.seeded.customerId);
}, 120_000);
afterAll(() => graph?.stop());

const nowS = () => Math.floor(Date.now() / 1_000);

function claims(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const { issuer: iss, audience: aud } = graph.tokens;
  return { sub: userId, role: 'CUSTOMER', sid: 'ses_1', iss, aud, iat: nowS(), exp: nowS() + 900, ...changes };
}

function sign(
  changes: Record<string, unknown> = {},
  key: KeyObject | Uint8Array = graph.tokens.privateKey,
  alg = 'EdDSA',
) {
  const header: JWTHeaderParameters = { alg };
  return new SignJWT(claims(changes)).setProtectedHeader(header).sign(key);
}

/** A good token, one part of which was exchanged. */
async function forge(part: 'header' | 'claims' | 'signature', text: string): Promise<string> {
  const [header, payload, signature] = (await sign()).split('.');
  const exchanged = { header, claims: payload, signature, [part]: Buffer.from(text).toString('base64url') };
  return [exchanged.header, exchanged.claims, exchanged.signature].join('.');
}

describe('over HTTP', () => {
  it('a good token speaks for its user', async () => {
    const { status, data } = await graph.ask({ query: ME, token: await sign() });

    expect([status, data]).toEqual([200, { me: { id: userId } }]);
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['signed by somebody else', () => sign({}, generateKeyPairSync('ed25519').privateKey), 'TOKEN_INVALID'],
    [
      'with other claims under the old signature',
      () => forge('claims', JSON.stringify(claims({ role: 'ADMIN' }))),
      'TOKEN_INVALID',
    ],
    [
      'with another header under the old signature',
      () => forge('header', '{"alg":"EdDSA","kid":"x"}'),
      'TOKEN_INVALID',
    ],
    ['with another signature', () => forge('signature', 'x'.repeat(64)), 'TOKEN_INVALID'],
    ['that expired', () => sign({ iat: nowS() - 1_000, exp: nowS() - 100 }), 'TOKEN_EXPIRED'],
    ['with `alg: none`', () => new UnsecuredJWT(claims()).encode(), 'TOKEN_INVALID'],
    ['with `alg: nOnE` and a signature', () => forge('header', '{"alg":"nOnE"}'), 'TOKEN_INVALID'],
    ['signed by HMAC with the public key', signWithPublicKey, 'TOKEN_INVALID'],
    ['signed with an algorithm that is not configured', signWithEs256, 'TOKEN_INVALID'],
    ['for another audience', () => sign({ aud: 'elsewhere' }), 'TOKEN_INVALID'],
    ['of another issuer', () => sign({ iss: 'elsewhere' }), 'TOKEN_INVALID'],
    ['not valid before tomorrow', () => sign({ nbf: nowS() + DAY_S }), 'TOKEN_INVALID'],
    ['issued tomorrow', () => sign({ iat: nowS() + DAY_S, exp: nowS() + 2 * DAY_S }), 'TOKEN_INVALID'],
    ['cut short in its signature', async () => (await sign()).slice(0, -20), 'TOKEN_INVALID'],
    ['cut short in its claims', async () => (await sign()).slice(0, 100), 'TOKEN_INVALID'],
    ['cut short in its header', async () => (await sign()).slice(0, 5), 'TOKEN_INVALID'],
    ['of 10 KB, though it is signed', () => sign({ padding: 'x'.repeat(7_000) }), 'TOKEN_INVALID'],
  ])('a token %s is refused', async (_what, makeToken, code) => {
    const { status, headers, data, errors } = await graph.ask({ query: ME, token: await makeToken() });

    expect([status, data]).toEqual([401, undefined]);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/);
  });

  it('a token of 100 KB is refused with all its headers', async () => {
    const { status, errors } = await graph.ask({ query: ME, token: await sign({ padding: 'x'.repeat(75_000) }) });

    expect([status, errors[0]?.extensions.code]).toEqual([431, 'HEADERS_TOO_LARGE']);
  });
});

function signWithPublicKey(): Promise<string> {
  const pem = createPublicKey(graph.tokens.privateKey).export({ type: 'spki', format: 'pem' });
  return sign({}, Buffer.from(pem), 'HS256');
}

function signWithEs256(): Promise<string> {
  return sign({}, generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'ES256');
}
