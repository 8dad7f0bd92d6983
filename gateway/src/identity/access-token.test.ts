import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createTokenVerifier, type TokenOptions } from './access-token.ts';
import { authenticate } from './authenticate.ts';

const NOW_S = 1_800_000_000;
const issuer = 'https://issuer.test';
const audience = 'tributary';

let folder: string;
let options: TokenOptions;
let ours: CryptoKey;
let theirs: CryptoKey;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-token-'));
  const pair = await generateKeyPair('EdDSA', { extractable: true });
  ours = pair.privateKey;
  theirs = (await generateKeyPair('EdDSA')).privateKey;
  const publicKeyFile = join(folder, 'public.pem');
  await writeFile(publicKeyFile, await exportSPKI(pair.publicKey));
  options = { key: { publicKeyFile }, issuer, audience };
});
afterAll(() => rm(folder, { recursive: true }));

const claims = { sub: 'usr_1', role: 'CUSTOMER', sid: 'ses_1', iss: issuer, aud: audience, exp: NOW_S + 900 };

function sign(changes: Record<string, unknown> = {}, key = ours): Promise<string> {
  return new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: 'EdDSA' }).sign(key);
}

function verifier(nowS = () => NOW_S) {
  return createTokenVerifier(options, () => nowS() * 1_000);
}

describe('an access token', () => {
  it('speaks for its viewer', async () => {
    const viewer = await authenticate(`Bearer ${await sign()}`, await verifier());

    expect(viewer).toEqual({ userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1' });
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['past its time', () => sign({ exp: NOW_S - 60 }), 'TOKEN_EXPIRED'],
    ['of another audience', () => sign({ aud: 'elsewhere' }), 'TOKEN_INVALID'],
    ['of another issuer', () => sign({ iss: 'https://elsewhere.test' }), 'TOKEN_INVALID'],
    ['signed with another key', () => sign({}, theirs), 'TOKEN_INVALID'],
    ['that is expired and signed with another key', () => sign({ exp: NOW_S - 60 }, theirs), 'TOKEN_INVALID'],
    ['that is not signed', () => new UnsecuredJWT(claims).encode(), 'TOKEN_INVALID'],
    ['that is cut short', async () => (await sign()).slice(0, -10), 'TOKEN_INVALID'],
    ['without an expiry', () => sign({ exp: undefined }), 'TOKEN_INVALID'],
    ['without a subject', () => sign({ sub: undefined }), 'TOKEN_INVALID'],
    ['without a session', () => sign({ sid: undefined }), 'TOKEN_INVALID'],
    ['of a role that does not exist', () => sign({ role: 'ROOT' }), 'TOKEN_INVALID'],
    ['not valid before tomorrow', () => sign({ nbf: NOW_S + 86_400 }), 'TOKEN_INVALID'],
    ['that is no token', () => 'abc', 'TOKEN_INVALID'],
  ])('%s is refused', async (_case, makeToken, code) => {
    const token = await makeToken();

    await expect(authenticate(`Bearer ${token}`, await verifier())).rejects.toMatchObject({ code, httpStatus: 401 });
  });

  it('is refused once it expires, though it was good a moment ago', async () => {
    let nowS = NOW_S;
    const tokens = await verifier(() => nowS);
    const token = await sign();
    await tokens.verify(token);

    nowS += 1_000;

    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });
});

describe('the Authorization header', () => {
  it('is not needed by an anonymous caller', async () => {
    expect(await authenticate(undefined, await verifier())).toBeNull();
  });

  it('is ignored where no key is configured', async () => {
    expect(await authenticate('Bearer whatever', undefined)).toBeNull();
  });

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'Bearer a b', ''])(
    'of the form "%s" is refused',
    async (header) => {
      await expect(authenticate(header, await verifier())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    },
  );
});

describe('the key', () => {
  it('has to exist', async () => {
    const missing = { ...options, key: { publicKeyFile: join(folder, 'missing.pem') } };

    await expect(createTokenVerifier(missing)).rejects.toThrow(/cannot read a public key from .*missing\.pem/);
  });

  it('has to be of the type that signs our tokens', async () => {
    const file = join(folder, 'rsa.pem');
    await writeFile(file, await exportSPKI((await generateKeyPair('RS256', { extractable: true })).publicKey));

    await expect(createTokenVerifier({ ...options, key: { publicKeyFile: file } })).rejects.toThrow('expected ed25519');
  });

  it('that cannot be fetched makes no token invalid', async () => {
    const unreachable = { ...options, key: { jwksUrl: 'http://127.0.0.1:9/jwks.json' } };
    const tokens = await createTokenVerifier(unreachable, () => NOW_S * 1_000);

    await expect(tokens.verify(await sign())).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', httpStatus: 503 });
  });
});
