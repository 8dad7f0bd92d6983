import { hash, scryptSync } from 'node:crypto';

/** Everybody in the seed data logs in with it. */
export const DEMO_PASSWORD = 'tributary';

const COST = 16_384;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 5;
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/**
 * The hash of the demo password as `users.password_hash` holds it: `scrypt$N$r$p$<salt>$<key>`, where N, r and p are decimal
 * numbers, and salt (16 bytes) and key (32 bytes) are base64url without padding. It is computed once for all users: a hash
 * each would take minutes. The salt is fixed, so that the seed data is the same everywhere.
 */
export function hashDemoPassword(): string {
  const salt = hash('sha256', 'the salt of the seed data', 'buffer').subarray(0, SALT_BYTES);
  const key = scryptSync(DEMO_PASSWORD, salt, KEY_BYTES, { N: COST, r: BLOCK_SIZE, p: PARALLELIZATION });
  return ['scrypt', COST, BLOCK_SIZE, PARALLELIZATION, salt.toString('base64url'), key.toString('base64url')].join('$');
}
