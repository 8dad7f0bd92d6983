import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';
import { authenticate, recallViewer } from './authenticate.ts';
import type { Revocations } from './revocations.ts';
import { createTokenVerifier, type TokenOptions, type TokenVerifierOptions } from './token-verifier.ts';

const NOW_S = 1_800_000_000;

let issuer: TokenIssuer;
let strangersKey: CryptoKey;
let folder: string;
const opened: { stop(): Promise<void> }[] = [];
beforeAll(async () => {
  issuer = await createTokenIssuer(NOW_S);
  strangersKey = (await generateKeyPair('EdDSA')).privateKey;
  folder = await mkdtemp(join(tmpdir(), 'tributary-token-'));
});
afterEach(() => Promise.all(opened.splice(0).map((each) => each.stop())));
afterAll(() => Promise.all([issuer.stop(), rm(folder, { recursive: true })]));

const { logger } = createCapturedLogger();

async function verifier(differences: Partial<TokenVerifierOptions> = {}) {
  const options = { tokens: issuer.options, logger, nowMs: () => NOW_S * 1_000, keysPauseMs: 0, ...differences };
  const tokens = await createTokenVerifier(options);
  opened.push(tokens);
  return tokens;
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
    ['whose signature is padded', async () => `${await issuer.sign()}==`, 'TOKEN_INVALID'],
    ['that is cut short', async () => (await issuer.sign()).slice(0, -10), 'TOKEN_INVALID'],
    ['without an expiry', () => issuer.sign({ exp: undefined }), 'TOKEN_INVALID'],
    ['without a subject', () => issuer.sign({ sub: undefined }), 'TOKEN_INVALID'],
    ['without a session', () => issuer.sign({ sid: undefined }), 'TOKEN_INVALID'],
    ['whose scope is no text', () => issuer.sign({ scope: 7 }), 'TOKEN_INVALID'],
    ['of a role that does not exist', () => issuer.sign({ role: 'ROOT' }), 'TOKEN_INVALID'],
    ['not valid before tomorrow', () => issuer.sign({ nbf: NOW_S + 86_400 }), 'TOKEN_INVALID'],
    ['issued tomorrow', () => issuer.sign({ iat: NOW_S + 86_400 }), 'TOKEN_INVALID'],
    ['whose time of issue is no number', () => issuer.sign({ iat: 'now' }), 'TOKEN_INVALID'],
    ['of 9 KB', () => issuer.sign({ padding: 'x'.repeat(9_000) }), 'TOKEN_INVALID'],
    ['of 100 KB', () => 'x'.repeat(100_000), 'TOKEN_INVALID'],
    ['that is no token', () => 'abc', 'TOKEN_INVALID'],
    ['whose header is no JSON', () => 'abc.def.ghi', 'TOKEN_INVALID'],
    ['whose signature is empty', async () => (await issuer.sign()).replace(/[^.]*$/, ''), 'TOKEN_INVALID'],
    ['whose claims were exchanged', exchangedClaims, 'TOKEN_INVALID'],
    ['with the public key as the secret of an HMAC', signedWithPublicKey, 'TOKEN_INVALID'],
  ])('%s is refused', async (_case, makeToken, code) => {
    const token = await makeToken();

    await expect(authenticate(`Bearer ${token}`, await verifier())).rejects.toMatchObject({ code, httpStatus: 401 });
  });

  it('is refused when it says that something is critical, which no rule of ours looks at', async () => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const file = join(folder, 'critical.pem');
    await writeFile(file, await exportSPKI(publicKey));
    const tokens = await verifier({ tokens: { ...issuer.options, keys: { publicKeyFiles: [file] } } });
    const signed = (header: object) =>
      new SignJWT({ ...issuer.claims }).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(privateKey);

    expect(await tokens.verify(await signed({}))).toMatchObject({ userId: 'usr_1' });
    const critical = tokens.verify(await signed({ crit: ['b64'], b64: true }));
    await expect(critical).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('is refused once it expires, though it was good a moment ago', async () => {
    let nowS = NOW_S;
    const tokens = await verifier({ nowMs: () => nowS * 1_000 });
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

/** @param lookedFor gets the sessions that were looked for */
function revocationsOf(ended: ReadonlySet<string>, lookedFor: string[] = []): Revocations {
  return {
    revision: () => ended.size,
    isRevoked(sessionId) {
      lookedFor.push(sessionId);
      return ended.has(sessionId);
    },
    stop: async () => undefined,
  };
}

describe('a verifier', () => {
  it('looks at the signature of a token once', async () => {
    const tokens = await verifier();
    const token = await issuer.sign();
    const first = await tokens.verify(token);

    // The same object: it was not made from the claims again.
    expect(await tokens.verify(token)).toBe(first);
  });

  it('recalls at once whom it has verified, as long as their tokens count', async () => {
    let nowS = NOW_S;
    const ended = new Set<string>();
    const tokens = await verifier({ nowMs: () => nowS * 1_000, revocations: revocationsOf(ended) });
    const [token, other] = await Promise.all([issuer.sign(), issuer.sign({ sid: 'ses_2' })]);
    const headers = [`Bearer ${token}`, `Bearer ${other}`];
    const recalled = () => headers.map((header) => recallViewer(header, tokens)?.sessionId);
    expect(recalled()).toEqual([undefined, undefined]);

    await Promise.all(headers.map((header) => authenticate(header, tokens)));
    expect(recalled()).toEqual(['ses_1', 'ses_2']);
    expect(recallViewer(`Basic ${token}`, tokens)).toBeUndefined();
    ended.add('ses_1');
    expect(recalled()).toEqual([undefined, 'ses_2']);
    nowS += 1_000;
    expect(recalled()).toEqual([undefined, undefined]);
  });

  it('refuses the tokens of a session that has ended, also those that it remembers', async () => {
    const ended = new Set<string>();
    const tokens = await verifier({ revocations: revocationsOf(ended) });
    const [token, other] = await Promise.all([issuer.sign(), issuer.sign({ sid: 'ses_2' })]);
    await tokens.verify(token);

    ended.add('ses_1');

    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(await tokens.verify(other)).toMatchObject({ sessionId: 'ses_2' });
  });

  it('looks for the session of a token that it remembers when another one has ended, and not before', async () => {
    const ended = new Set<string>();
    const lookedFor: string[] = [];
    const tokens = await verifier({ revocations: revocationsOf(ended, lookedFor) });
    const header = `Bearer ${await issuer.sign()}`;
    await authenticate(header, tokens);
    for (let round = 0; round < 10; round += 1) recallViewer(header, tokens);
    expect(lookedFor).toEqual(['ses_1']);

    ended.add('ses_2');
    for (let round = 0; round < 10; round += 1) expect(recallViewer(header, tokens)?.sessionId).toBe('ses_1');
    expect(lookedFor).toEqual(['ses_1', 'ses_1']);
  });

  it('refuses a key file that does not exist', async () => {
    const missing = { ...issuer.options, keys: { publicKeyFiles: [join(folder, 'missing.pem')] } };

    await expect(verifier({ tokens: missing })).rejects.toThrow(/cannot read a public key from .*missing\.pem/);
  });
});

describe('the algorithm', () => {
  const algorithms = [
    ['EdDSA', { alg: 'EdDSA' }],
    ['ES256', { alg: 'ES256' }],
    ['RS256', { alg: 'RS256' }],
  ] as const;

  it.each(algorithms)('%s counts where it is configured, and nowhere else', async (algorithm, header) => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const file = join(folder, `${algorithm}.pem`);
    await writeFile(file, await exportSPKI(publicKey));
    const token = await new SignJWT({ ...issuer.claims }).setProtectedHeader(header).sign(privateKey);
    const options = (allowed: TokenOptions['algorithms']): { tokens: TokenOptions } => ({
      tokens: { ...issuer.options, keys: { publicKeyFiles: [file] }, algorithms: allowed ?? [] },
    });

    expect(await (await verifier(options([algorithm]))).verify(token)).toMatchObject({ userId: 'usr_1' });
    const others = algorithms.map(([name]) => name).filter((name) => name !== algorithm);
    await expect(verifier(options(others))).rejects.toThrow(`is not for ${others.join(', ')}`);
  });

  it('is that of the key, whatever a token says', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const tokens = await verifier({ tokens: { ...issuer.options, algorithms: ['EdDSA', 'ES256'] } });
    const token = await new SignJWT({ ...issuer.claims }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);

    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

/** A token whose claims were replaced by better ones after it was signed. */
async function exchangedClaims(): Promise<string> {
  const [header, , signature] = (await issuer.sign()).split('.');
  const claims = Buffer.from(JSON.stringify({ ...issuer.claims, role: 'ADMIN' })).toString('base64url');
  return `${header}.${claims}.${signature}`;
}

/** What a verifier takes for good that believes the header and has but one key for everything. */
function signedWithPublicKey(): Promise<string> {
  const secret = Buffer.from(JSON.stringify(issuer.publicJwk));
  return new SignJWT({ ...issuer.claims }).setProtectedHeader({ alg: 'HS256' }).sign(secret);
}
