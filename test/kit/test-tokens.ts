import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A key pair for access tokens, its public half in a file as the gateway wants it. */
export interface TestTokens {
  readonly privateKey: KeyObject;
  readonly privateKeyPem: string;
  readonly publicKeyFile: string;
  readonly issuer: string;
  readonly audience: string;
  remove(): Promise<void>;
}

/** Makes a key pair in a folder of its own. */
export async function makeTestTokens(): Promise<TestTokens> {
  const directory = await mkdtemp(join(tmpdir(), 'tributary-tokens-'));
  const publicKeyFile = join(directory, 'public.pem');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(publicKeyFile, publicKey.export({ type: 'spki', format: 'pem' }));
  return {
    privateKey,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKeyFile,
    issuer: 'tributary-test',
    audience: 'tributary',
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
