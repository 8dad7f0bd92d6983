import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../local-stack-error.ts';

/** The secrets of one local stack: files for the token keys, and the text of the gateway's signing key. */
export interface DevelopmentKeys {
  readonly tokenPrivateKeyFile: string;
  readonly tokenPublicKeyFile: string;
  readonly gatewayKey: string;
}

/**
 * Makes the secrets of a local stack at its first start, and finds them again later, so that tokens outlive a restart.
 *
 * @param directory made when missing; only its owner may read the files
 * @returns `isNew` tells whether they were made by this call
 */
export async function developmentKeys(directory: string): Promise<DevelopmentKeys & { isNew: boolean }> {
  const tokenPrivateKeyFile = join(directory, 'token-private-key.pem');
  const tokenPublicKeyFile = join(directory, 'token-public-key.pem');
  const gatewayKeyFile = join(directory, 'gateway-key');
  const known = await readIfThere(gatewayKeyFile);
  if (known !== undefined) return { tokenPrivateKeyFile, tokenPublicKeyFile, gatewayKey: known, isNew: false };

  await mkdir(directory, { recursive: true, mode: 0o700 });
  const pair = generateKeyPairSync('ed25519');
  await writeFile(tokenPrivateKeyFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(tokenPublicKeyFile, pair.publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 });
  // Last, because its presence says that all are there.
  const gatewayKey = randomBytes(32).toString('base64url');
  await writeFile(gatewayKeyFile, gatewayKey, { mode: 0o600 });
  return { tokenPrivateKeyFile, tokenPublicKeyFile, gatewayKey, isNew: true };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
