import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError, systemCodeOf } from '../local-stack-error.ts';

/** The files with the secrets of one local stack. */
export interface DevelopmentKeys {
  readonly tokenPrivateKeyFile: string;
  readonly tokenPublicKeyFile: string;
  /** Two keys, one a line. The first signs, and services follow the file: another order is a rotation. */
  readonly gatewayKeysFile: string;
}

const FILE_NAMES = ['token-private-key.pem', 'token-public-key.pem', 'gateway-key'] as const;

/**
 * Makes the secrets of a local stack at its first start, and finds them again later, so that tokens outlive a restart.
 *
 * @param directory made when missing; only its owner may read the files
 * @returns `isNew` tells whether they were made by this call
 * @throws LocalStackError `KEYS_INCOMPLETE` when some of the files are there and others are not
 */
export async function developmentKeys(directory: string): Promise<DevelopmentKeys & { isNew: boolean }> {
  const isNew = !(await areThere(directory));
  if (isNew) await makeKeys(directory);
  const [tokenPrivateKeyFile, tokenPublicKeyFile, gatewayKeysFile] = pathsIn(directory);
  return { tokenPrivateKeyFile, tokenPublicKeyFile, gatewayKeysFile, isNew };
}

function pathsIn(directory: string): [tokenPrivateKey: string, tokenPublicKey: string, gatewayKeys: string] {
  const [tokenPrivateKey, tokenPublicKey, gatewayKeys] = FILE_NAMES;
  return [join(directory, tokenPrivateKey), join(directory, tokenPublicKey), join(directory, gatewayKeys)];
}

async function areThere(directory: string): Promise<boolean> {
  const texts = await Promise.all(pathsIn(directory).map(readIfThere));
  const missing = FILE_NAMES.filter((_, index) => texts[index] === undefined);
  if (missing.length === 0) return true;
  if (missing.length === FILE_NAMES.length) return false;
  throw new LocalStackError(
    'KEYS_INCOMPLETE',
    `There is no ${missing.join(' and no ')} in ${directory}. Put it back, or delete ${directory}: ` +
      'the next start makes new keys, and the access tokens that were given out are void.',
  );
}

/** Makes all files elsewhere and moves them into place together, so that a start that dies leaves none or all. */
async function makeKeys(directory: string): Promise<void> {
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const [tokenPrivateKeyFile, tokenPublicKeyFile, gatewayKeysFile] = pathsIn(unfinished);
  const pair = generateKeyPairSync('ed25519');
  await writeFile(tokenPrivateKeyFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(tokenPublicKeyFile, pair.publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 });
  const gatewayKeys = Array.from({ length: 2 }, () => `${randomBytes(32).toString('base64url')}\n`);
  await writeFile(gatewayKeysFile, gatewayKeys.join(''), { mode: 0o600 });
  await rename(unfinished, directory);
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
