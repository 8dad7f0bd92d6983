import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';
import { createTokenVerifier, type TokenOptions } from './access-token.ts';
import { authenticate } from './authenticate.ts';

const NOW_S = 1_800_000_000;

let issuer: TokenIssuer;
let strangersKey: CryptoKey;
let folder: string;
beforeAll(async () => {
  issuer = await createTokenIssuer(NOW_S);
  strangersKey = (await generateKeyPair('EdDSA')).privateKey;
  folder = await mkdtemp(join(tmpdir(), 'tributary-token-'));
});
afterAll(() => Promise.all([issuer.stop(), rm(folder, { recursive: true })]));

function verifier(nowS = () => NOW_S) {
  return createTokenVerifier(issuer.options, () => nowS() * 1_000);
}

describe('an access token', () => {
  it('speaks for its viewer', async () => {
    const viewer = await authenticate(`Bearer ${await issuer.sign()}`, await verifier());

    expect(viewer).toEqual({ userId: 'usr_1', role: 'CUSTOMER', sessionId: 'ses_1', scopes: [] });
  });

  it('grants the scopes that it names', async () => {
    const tokens = await verifier();

    const { scopes } = await tokens.verify(await issuer.sign({ scope: 'orders:read orders:write' }));

    expect(scopes).toEqual(['orders:read', 'orders:write']);
  });

  it.each<[string, () => Promise<string> | string, string]>([
    ['past its time', () => issuer.sign({ exp: NOW_S - 60 }), 'TOKEN_EXPIRED'],
    ['of another audience', () => issuer.sign({ aud: 'elsewhere' }), 'TOKEN_INVALID'],
    ['of another issuer', () => issuer.sign({ iss: 'https://elsewhere.test' }), 'TOKEN_INVALID'],
    ['signed with another key', () => issuer.sign({}, strangersKey), 'TOKEN_INVALID'],
    [
      'that is expired and signed with another key',
      () => issuer.sign({ exp: NOW_S - 60 }, strangersKey),
      'TOKEN_INVALID',
    ],
    ['that is not signed', () => new UnsecuredJWT(issuer.claims).encode(), 'TOKEN_INVALID'],
    ['that is cut short', async () => (await issuer.sign()).slice(0, -10), 'TOKEN_INVALID'],
    ['without an expiry', () => issuer.sign({ exp: undefined }), 'TOKEN_INVALID'],
    ['without a subject', () => issuer.sign({ sub: undefined }), 'TOKEN_INVALID'],
    ['without a session', () => issuer.sign({ sid: undefined }), 'TOKEN_INVALID'],
    ['whose scope is no text', () => issuer.sign({ scope: 7 }), 'TOKEN_INVALID'],
    ['of a role that does not exist', () => issuer.sign({ role: 'ROOT' }), 'TOKEN_INVALID'],
    ['not valid before tomorrow', () => issuer.sign({ nbf: NOW_S + 86_400 }), 'TOKEN_INVALID'],
    ['that is no token', () => 'abc', 'TOKEN_INVALID'],
  ])('%s is refused', async (_case, makeToken, code) => {
    const token = await makeToken();

    await expect(authenticate(`Bearer ${token}`, await verifier())).rejects.toMatchObject({ code, httpStatus: 401 });
  });

  it('is refused once it expires, though it was good a moment ago', async () => {
    let nowS = NOW_S;
    const tokens = await verifier(() => nowS);
    const token = await issuer.sign();
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
    const missing = { ...issuer.options, key: { publicKeyFile: join(folder, 'missing.pem') } };

    await expect(createTokenVerifier(missing)).rejects.toThrow(/cannot read a public key from .*missing\.pem/);
  });

  it('has to be of the type that signs our tokens', async () => {
    const file = join(folder, 'rsa.pem');
    await writeFile(file, await exportSPKI((await generateKeyPair('RS256', { extractable: true })).publicKey));

    await expect(createTokenVerifier({ ...issuer.options, key: { publicKeyFile: file } })).rejects.toThrow(
      'expected ed25519',
    );
  });

  describe('that is published', () => {
    let keySet: Server;
    let source: TokenOptions;
    let published: { status: number; body: string };
    beforeAll(async () => {
      keySet = createServer((_request, target) => target.writeHead(published.status).end(published.body));
      keySet.listen(0, '127.0.0.1');
      await once(keySet, 'listening');
      const address = keySet.address();
      if (address === null || typeof address === 'string') throw new Error('no TCP port');
      source = { ...issuer.options, key: { jwksUrl: `http://127.0.0.1:${address.port}/jwks.json` } };
    });
    afterAll(async () => {
      keySet.close();
      keySet.closeAllConnections();
      await once(keySet, 'close');
    });

    async function verifyWithPublishedKeys() {
      const tokens = await createTokenVerifier(source, () => NOW_S * 1_000);
      return tokens.verify(await issuer.sign());
    }

    it('verifies tokens', async () => {
      published = { status: 200, body: JSON.stringify({ keys: [issuer.publicJwk] }) };

      expect(await verifyWithPublishedKeys()).toMatchObject({ userId: 'usr_1' });
    });

    it('and is another one refuses them', async () => {
      const stranger = await generateKeyPair('EdDSA', { extractable: true });
      published = { status: 200, body: JSON.stringify({ keys: [await exportJWK(stranger.publicKey)] }) };

      await expect(verifyWithPublishedKeys()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    });

    it.each([
      ['an error', { status: 500, body: '' }],
      ['something else', { status: 200, body: '<html>' }],
    ])('as %s makes no token invalid', async (_case, answer) => {
      published = answer;

      await expect(verifyWithPublishedKeys()).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', httpStatus: 503 });
    });
  });
});
