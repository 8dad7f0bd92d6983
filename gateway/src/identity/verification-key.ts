import { createPublicKey, type KeyObject, type webcrypto } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import { algorithmOf, type TokenAlgorithm } from './token-algorithm.ts';

/** A public key that verifies access tokens. */
export interface VerificationKey {
  /** The `kid` that tokens name it by: what its publisher says, else its thumbprint (RFC 7638). */
  readonly id: string;
  /** Whether its publisher said the id: only then does another `kid` mean another key. */
  readonly isNamed: boolean;
  readonly algorithm: TokenAlgorithm;
  readonly key: KeyObject;
}

const PEM_BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

const keySetSchema = z.object({ keys: z.array(z.record(z.string(), z.unknown())) });
const signatureKeySchema = z.object({
  kid: z.string().optional(),
  alg: z.string().optional(),
  use: z.literal('sig').optional(),
});

/**
 * The keys of a text in which there are public keys in PEM, or a JSON Web Key Set. Keys of a set that verify none of the
 * algorithms are left out, because publishers put all their keys into one set.
 *
 * @throws Error for any other text, and for a PEM key of another type
 */
export async function parseVerificationKeys(
  text: string,
  algorithms: readonly TokenAlgorithm[],
): Promise<VerificationKey[]> {
  if (!text.trimStart().startsWith('{')) return keysOfPem(text, algorithms);
  const found = await Promise.all(keySetSchema.parse(JSON.parse(text)).keys.map(keyOfJwk));
  return found.filter((key) => key !== undefined).filter(({ algorithm }) => algorithms.includes(algorithm));
}

async function keysOfPem(text: string, algorithms: readonly TokenAlgorithm[]): Promise<VerificationKey[]> {
  const blocks = text.match(PEM_BLOCK);
  if (!blocks) throw new Error('it holds neither public keys in PEM nor a JSON Web Key Set');
  return Promise.all(
    blocks.map(async (block) => {
      const key = createPublicKey(block);
      const algorithm = algorithmOf(key);
      if (!algorithm || !algorithms.includes(algorithm)) {
        throw new Error(`its key of type ${key.asymmetricKeyType} is not for ${algorithms.join(', ')}`);
      }
      return { id: await calculateJwkThumbprint(key), isNamed: false, algorithm, key };
    }),
  );
}

async function keyOfJwk(jwk: webcrypto.JsonWebKey): Promise<VerificationKey | undefined> {
  const described = signatureKeySchema.safeParse(jwk);
  const key = described.success ? readJwk(jwk) : undefined;
  const algorithm = key && algorithmOf(key);
  if (!described.success || !algorithm) return undefined;
  const { kid, alg = algorithm } = described.data;
  return alg === algorithm
    ? { id: kid ?? (await calculateJwkThumbprint(key)), isNamed: kid !== undefined, algorithm, key }
    : undefined;
}

function readJwk(jwk: webcrypto.JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // A secret, or a type of key that Node does not know: none that we could verify with.
    return undefined;
  }
}
