import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { composeId, ID_EPOCH_MS } from '@tributary/prisma/ids/id';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import { calculateJwkThumbprint, exportJWK, jwtVerify } from 'jose';
import { createAccessTokenSigner } from './access-token.ts';

function pemOf(type: 'ed25519' | 'x25519'): string {
  const pair = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('x25519');
  return pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const issuer = 'https://tributary.example';
const audience = 'graph';
const subject = {
  userId: composeId({ timeMs: ID_EPOCH_MS, logicalShard: 3, sequence: 0 }),
  role: 'MERCHANT',
  sessionId: composeId({ timeMs: ID_EPOCH_MS, logicalShard: 3, sequence: 1 }),
} as const;

describe('an access token', () => {
  it('tells who may do what for a quarter of an hour, signed with EdDSA and the thumbprint as key id', async () => {
    const privateKeyPem = pemOf('ed25519');
    const signer = await createAccessTokenSigner({ privateKeyPem, issuer, audience });
    const now = new Date('2026-11-01T12:00:00.900Z');
    const { text, expiresAt } = await signer.sign(subject, now);

    const publicKey = createPublicKey(privateKeyPem);
    const { payload, protectedHeader } = await jwtVerify(text, publicKey, { issuer, audience, currentDate: now });
    expect(expiresAt).toEqual(new Date('2026-11-01T12:15:00Z'));
    expect(protectedHeader).toEqual({
      alg: 'EdDSA',
      typ: 'JWT',
      kid: await calculateJwkThumbprint(await exportJWK(publicKey)),
    });
    expect(payload).toEqual({
      sub: encodeId('user', subject.userId),
      role: 'MERCHANT',
      scope:
        'orders:read orders:write reviews:write profile:read profile:write notifications:read catalog:write stock:write',
      sid: encodeId('session', subject.sessionId),
      iss: issuer,
      aud: audience,
      iat: Date.parse('2026-11-01T12:00:00Z') / 1_000,
      exp: expiresAt.getTime() / 1_000,
    });
  });

  it('is signed by an Ed25519 key or not at all', async () => {
    await expect(createAccessTokenSigner({ privateKeyPem: pemOf('x25519'), issuer, audience })).rejects.toThrow(
      'not an Ed25519 key',
    );
    await expect(createAccessTokenSigner({ privateKeyPem: 'secret', issuer, audience })).rejects.toThrow(
      'not a private key in PEM form',
    );
  });
});
