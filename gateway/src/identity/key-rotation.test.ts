import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { createCapturedLogger } from '@tributary/runtime/testing/captured-logger';
import { exportJWK, exportSPKI, generateKeyPair, type JWK } from 'jose';
import { createTokenIssuer, type TokenIssuer } from '../testing/token-issuer.ts';
import type { KeySource } from './key-source.ts';
import { createTokenVerifier } from './token-verifier.ts';

let scope: Scope;
let issuer: TokenIssuer;
beforeEach(async () => {
  scope = new Scope();
  issuer = scope.own(await createTokenIssuer());
});
afterEach(() => scope.release());

async function verifier(keys: KeySource, keysPauseMs = 0) {
  const { logger } = createCapturedLogger();
  return scope.own(await createTokenVerifier({ tokens: { ...issuer.options, keys }, logger, keysPauseMs }));
}

const newPair = () => generateKeyPair('EdDSA', { extractable: true });

describe('keys in files', () => {
  it('can be several, of which any may have signed', async () => {
    const { privateKey, publicKey } = await newPair();
    const file = `${issuer.publicKeyFile}.next`;
    await writeFile(file, await exportSPKI(publicKey));
    const tokens = await verifier({ publicKeyFiles: [issuer.publicKeyFile, file] });

    expect(await tokens.verify(await issuer.sign())).toMatchObject({ userId: 'usr_1' });
    expect(await tokens.verify(await issuer.sign({}, privateKey))).toMatchObject({ userId: 'usr_1' });
  });

  it('are read again for a token that none of them signed', async () => {
    const tokens = await verifier({ publicKeyFiles: [issuer.publicKeyFile] });
    const { privateKey, publicKey } = await newPair();
    const token = await issuer.sign({}, privateKey);
    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });

    await writeFile(issuer.publicKeyFile, await exportSPKI(publicKey));

    expect(await tokens.verify(token)).toMatchObject({ userId: 'usr_1' });
  });

  it('that are gone verify nothing more, not even a token that was good before', async () => {
    const tokens = await verifier({ publicKeyFiles: [issuer.publicKeyFile] });
    const token = await issuer.sign();
    await tokens.verify(token);
    const { privateKey, publicKey } = await newPair();
    await writeFile(issuer.publicKeyFile, await exportSPKI(publicKey));

    await tokens.verify(await issuer.sign({}, privateKey));

    await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('keys that are published', () => {
  let keySet: Server;
  let url: string;
  let published: { status: number; body: string };
  let fetches: number;
  /** What has to happen before the publisher answers. */
  let held: Promise<unknown>;
  beforeEach(async () => {
    fetches = 0;
    held = Promise.resolve();
    keySet = createServer(async (_request, target) => {
      fetches += 1;
      await held;
      target.writeHead(published.status).end(published.body);
    });
    keySet.listen(0, '127.0.0.1');
    await once(keySet, 'listening');
    scope.own(keySet, async (owned) => {
      owned.closeAllConnections();
      await new Promise((resolve) => owned.close(resolve));
    });
    const address = keySet.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP port');
    url = `http://127.0.0.1:${address.port}/jwks.json`;
  });

  function publish(...keys: JWK[]) {
    published = { status: 200, body: JSON.stringify({ keys }) };
  }

  it('verify tokens', async () => {
    publish(issuer.publicJwk);
    const tokens = await verifier({ jwksUrl: url });

    expect(await tokens.verify(await issuer.sign())).toMatchObject({ userId: 'usr_1' });
  });

  it('and are others refuse them', async () => {
    publish(await exportJWK((await newPair()).publicKey));
    const tokens = await verifier({ jwksUrl: url });

    await expect(tokens.verify(await issuer.sign())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('are fetched again for a token that names another', async () => {
    const { privateKey, publicKey } = await newPair();
    publish({ ...issuer.publicJwk, kid: 'old' });
    const tokens = await verifier({ jwksUrl: url });
    await tokens.verify(await issuer.sign({}, undefined, 'old'));

    publish({ ...issuer.publicJwk, kid: 'old' }, { ...(await exportJWK(publicKey)), kid: 'new' });

    expect(await tokens.verify(await issuer.sign({}, privateKey, 'new'))).toMatchObject({ userId: 'usr_1' });
    expect(await tokens.verify(await issuer.sign({}, undefined, 'old'))).toMatchObject({ userId: 'usr_1' });
  });

  it.each([
    ['an error', { status: 500, body: '' }],
    ['something else', { status: 200, body: '<html>' }],
  ])('as %s make no token invalid, and go on verifying those they know', async (_case, answer) => {
    publish({ ...issuer.publicJwk, kid: 'old' });
    const tokens = await verifier({ jwksUrl: url });
    await tokens.verify(await issuer.sign({}, undefined, 'old'));

    published = answer;

    const unknown = await issuer.sign({ jti: '1' }, undefined, 'new');
    await expect(tokens.verify(unknown)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', httpStatus: 503 });
    expect(await tokens.verify(await issuer.sign({ jti: '2' }, undefined, 'old'))).toMatchObject({ userId: 'usr_1' });
  });

  it('are fetched once for all tokens that name unknown ones meanwhile, and those of known ones wait for nothing', async () => {
    publish({ ...issuer.publicJwk, kid: 'known' });
    const tokens = await verifier({ jwksUrl: url });
    await tokens.verify(await issuer.sign({}, undefined, 'known'));
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;

    const signed = await Promise.all(
      Array.from({ length: 50 }, (_, index) => issuer.sign({}, undefined, `unknown-${index}`)),
    );
    const known = await issuer.sign({ jti: '1' }, undefined, 'known');
    const unknown = signed.map((token) => tokens.verify(token).catch(({ code }) => code));
    expect(await tokens.verify(known)).toMatchObject({ userId: 'usr_1' });
    resolve();

    expect(new Set(await Promise.all(unknown))).toEqual(new Set(['TOKEN_INVALID']));
    expect(fetches).toBe(2);
  });

  it('are not fetched again within the pause: unknown ones are refused at once', async () => {
    publish({ ...issuer.publicJwk, kid: 'known' });
    const tokens = await verifier({ jwksUrl: url }, 3_600_000);
    await tokens.verify(await issuer.sign({}, undefined, 'known'));

    for (const kid of ['a', 'b', 'c']) {
      const unknown = await issuer.sign({}, undefined, kid);
      await expect(tokens.verify(unknown)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }

    expect(await tokens.verify(await issuer.sign({ jti: '1' }, undefined, 'known'))).toMatchObject({ userId: 'usr_1' });
    // At the start, and for the first of them.
    expect(fetches).toBe(2);
  });

  it('need not be there when the gateway starts', async () => {
    published = { status: 503, body: '' };
    const tokens = await verifier({ jwksUrl: url });
    await expect(tokens.verify(await issuer.sign())).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });

    publish(issuer.publicJwk);

    expect(await tokens.verify(await issuer.sign())).toMatchObject({ userId: 'usr_1' });
  });
});
