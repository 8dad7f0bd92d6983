import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

interface ScryptParameters {
  /** Rounds of memory mixing: a power of two. 128 * cost * blockSize bytes are needed. */
  cost: number;
  blockSize: number;
  parallelization: number;
}

// OWASP's Password Storage Cheat Sheet lists N=2^14, r=8, p=5 among the equally strong settings: 16 MiB.
const PARAMETERS: ScryptParameters = { cost: 16_384, blockSize: 8, parallelization: 5 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const TEXT_FORM = /^scrypt\$(\d{1,7})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,})\$([\w-]{16,})$/;

/**
 * Hashes a password with a fresh salt. The text says how it was made, so that old hashes still verify after the parameters
 * are raised: `scrypt$<N>$<r>$<p>$<salt in base64url>$<hash in base64url>`.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await deriveKey(password, salt, HASH_BYTES, PARAMETERS);
  const { cost, blockSize, parallelization } = PARAMETERS;
  return ['scrypt', cost, blockSize, parallelization, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/**
 * Whether the password is the one that was hashed.
 *
 * @param stored what {@link hashPassword} made. `undefined` costs as much time as a hash does and is never right, so that
 * nobody can tell from the time of an answer whether there is an account.
 * @param derive what makes the hash; scrypt unless told
 * @throws TypeError when `stored` is not of that form
 */
export async function verifyPassword(
  password: string,
  stored: string | undefined,
  derive: typeof deriveKey = deriveKey,
): Promise<boolean> {
  const { salt, hash, parameters } = parse(stored ?? UNKNOWN_ACCOUNT);
  const derived = await derive(password, salt, hash.length, parameters);
  return timingSafeEqual(derived, hash) && stored !== undefined;
}

const UNKNOWN_ACCOUNT = [
  'scrypt',
  PARAMETERS.cost,
  PARAMETERS.blockSize,
  PARAMETERS.parallelization,
  Buffer.alloc(SALT_BYTES).toString('base64url'),
  Buffer.alloc(HASH_BYTES).toString('base64url'),
].join('$');

function parse(stored: string): { salt: Buffer; hash: Buffer; parameters: ScryptParameters } {
  const [, cost, blockSize, parallelization, salt, hash] = TEXT_FORM.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) throw new TypeError('a stored password hash is not of the scrypt form');
  return {
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
    parameters: { cost: Number(cost), blockSize: Number(blockSize), parallelization: Number(parallelization) },
  };
}

/** On libuv's thread pool: some 0.1 s of one core. NFKC, so that one password typed on two keyboards is one password. */
function deriveKey(password: string, salt: Buffer, length: number, parameters: ScryptParameters): Promise<Buffer> {
  const { cost: N, blockSize: r, parallelization: p } = parameters;
  // Node refuses more than 32 MiB unless it is told; the blocks of p come on top of N's.
  const maxmem = 128 * r * (N + p + 2);
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, { N, r, p, maxmem }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
