import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CodedError } from '@tributary/runtime/errors/coded-error';
import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

/** Where the keys that verify access tokens come from: one Ed25519 key in PEM, or a key set that is published. */
export type KeySource = { publicKeyFile: string } | { jwksUrl: string };

/**
 * How to find the key of a token. A key set is fetched when it is first needed and again for a key that is not in it.
 * @throws StartError when the key file cannot be used
 */
export async function openKeySource(source: KeySource): Promise<JWTVerifyGetKey> {
  if ('jwksUrl' in source) return publishedKeys(new URL(source.jwksUrl));
  const key = await readPublicKey(source.publicKeyFile);
  return async () => key;
}

async function readPublicKey(file: string): Promise<KeyObject> {
  let key: KeyObject;
  try {
    key = createPublicKey(await readFile(file));
  } catch (error) {
    throw new StartError(`cannot read a public key from ${file}`, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw new StartError(`the key in ${file} is of type ${key.asymmetricKeyType}, expected ed25519`);
  }
  return key;
}

function publishedKeys(url: URL): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(url);
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      // The token may well be good: its owner must not be told to log in again because the keys cannot be had.
      throw new CodedError('SUBGRAPH_UNAVAILABLE', 'Access tokens cannot be verified at the moment', { cause: error });
    }
  };
}
