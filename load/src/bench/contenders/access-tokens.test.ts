import { generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createTokens } from './access-tokens.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');

function tokensOfALoad(count: number): string[] {
  return Array.from({ length: count }, (_, index) => tokenOf(index));
}

const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const tokenOf = createTokens(pem);

describe('the access tokens of callers', () => {
  it('are signed with the key of the run', () => {
    const [header, claims, signature = ''] = tokenOf(0).split('.');
    expect(verify(null, Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('are those of some hundred customers and, one in a hundred, new ones', () => {
    expect(new Set(tokensOfALoad(1_000)).size).toBe(495 + 10);
  });

  it('are the same in the next load, but for the new ones', () => {
    const tokenOfNext = createTokens(pem);
    expect(tokenOfNext(7)).toBe(tokenOf(7));
    expect(tokenOfNext(99)).not.toBe(tokenOf(99));
  });
});
