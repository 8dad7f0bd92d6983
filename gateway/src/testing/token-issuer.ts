import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { TokenOptions } from '../identity/token-verifier.ts';

/** Somebody who signs access tokens, with the public key in a file as a gateway is given it. */
export interface TokenIssuer {
  options: TokenOptions;
  /** A token that is good for 15 minutes from `nowS`, with changes to its claims and perhaps another key, and a name for it. */
  sign(changes?: Record<string, unknown>, key?: CryptoKey, kid?: string): Promise<string>;
  /** What `sign` signs without changes. */
  claims: Readonly<Record<string, unknown>>;
  /** In PEM. */
  publicKeyFile: string;
  /** The public key as a key set lists it. */
  publicJwk: JWK;
  stop(): Promise<void>;
}

/** @param nowS the time of issue, in seconds since 1970 */
export async function createTokenIssuer(nowS = Math.floor(Date.now() / 1_000)): Promise<TokenIssuer> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-issuer-'));
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const publicKeyFile = join(folder, 'public.pem');
  await writeFile(publicKeyFile, await exportSPKI(publicKey));
  const [issuer, audience] = ['https://issuer.test', 'tributary'];
  const claims = { sub: 'usr_1', role: 'CUSTOMER', sid: 'ses_1', iss: issuer, aud: audience, exp: nowS + 900 };
  return {
    options: { keys: { publicKeyFiles: [publicKeyFile] }, issuer, audience },
    claims,
    publicKeyFile,
    publicJwk: await exportJWK(publicKey),
    sign: (changes = {}, key = privateKey, kid = undefined) =>
      new SignJWT({ ...claims, ...changes })
        .setProtectedHeader({ alg: 'EdDSA', ...(kid !== undefined && { kid }) })
        .sign(key),
    stop: () => rm(folder, { recursive: true }),
  };
}
