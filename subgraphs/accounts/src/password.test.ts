import { describe, expect, it } from '@jest/globals';
import { hashPassword, verifyPassword } from './password.ts';

describe('a password', () => {
  it('is right only when it is the one that was hashed', async () => {
    const stored = await hashPassword('correct horse');
    expect(stored).toMatch(/^scrypt\$16384\$8\$5\$[\w-]{22}\$[\w-]{43}$/);
    await expect(verifyPassword('correct horse', stored)).resolves.toBe(true);
    await expect(verifyPassword('correct horsf', stored)).resolves.toBe(false);
  });

  it('is hashed with another salt each time', async () => {
    expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
  });

  it('is verified with the parameters that its hash was made with', async () => {
    // The last test vector but one of RFC 7914, section 12: N=16384, r=8, p=1, 64 bytes.
    const hash =
      '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
    const salt = Buffer.from('SodiumChloride').toString('base64url');
    const stored = `scrypt$16384$8$1$${salt}$${Buffer.from(hash, 'hex').toString('base64url')}`;
    await expect(verifyPassword('pleaseletmein', stored)).resolves.toBe(true);
    await expect(verifyPassword('pleaseletmeout', stored)).resolves.toBe(false);
  });

  it('is the same however its characters are composed', async () => {
    const stored = await hashPassword('caf\u00e9');
    await expect(verifyPassword('cafe\u0301', stored)).resolves.toBe(true);
  });

  it('is never right for an unknown account', async () => {
    await expect(verifyPassword('', undefined)).resolves.toBe(false);
  });

  it('costs one hash of the same cost for an unknown account as for a known one', async () => {
    const stored = await hashPassword('correct horse');
    const costs: unknown[] = [];
    const derive = async (_password: string, _salt: Buffer, length: number, parameters: object) => {
      costs.push({ length, ...parameters });
      return Buffer.alloc(length);
    };
    for (const each of [stored, undefined]) await expect(verifyPassword('guess', each, derive)).resolves.toBe(false);
    expect(costs).toEqual([
      { length: 32, cost: 16_384, blockSize: 8, parallelization: 5 },
      { length: 32, cost: 16_384, blockSize: 8, parallelization: 5 },
    ]);
  });

  it('fails loudly against a hash of another form', async () => {
    await expect(verifyPassword('x', '$2b$10$abcdefghijklmnopqrstuv')).rejects.toThrow(TypeError);
  });
});
