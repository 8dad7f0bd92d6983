import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createTokenMaker } from './access-tokens.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const tokenOf = createTokenMaker(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());

describe('the access tokens of callers', () => {
  it('are signed with the key of the run', () => {
    const [header, claims, signature = ''] = tokenOf(1).split('.');
    expect(verify(null, Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('are one for each customer, and no two customers have the same', () => {
    expect(tokenOf(7)).toBe(tokenOf(7));
    expect(new Set(Array.from({ length: 500 }, (_, customer) => tokenOf(customer))).size).toBe(500);
  });
});
