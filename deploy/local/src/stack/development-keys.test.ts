import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isLongEnough } from '@tributary/runtime/signature/gateway-key';
import { splitKeys } from '@tributary/runtime/signature/gateway-keys';
import { developmentKeys } from './development-keys.ts';

describe('developmentKeys', () => {
  let data: string;
  let directory: string;

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'tributary-keys-'));
    directory = join(data, 'keys');
  });
  afterEach(() => rm(data, { recursive: true, force: true }));

  it('makes a pair and two gateway keys for their owner alone, and finds them again', async () => {
    const made = await developmentKeys(directory);
    expect(made.isNew).toBe(true);
    const publicKey = createPublicKey(createPrivateKey(await readFile(made.tokenPrivateKeyFile, 'utf8')));
    expect(publicKey.export({ type: 'spki', format: 'pem' })).toBe(await readFile(made.tokenPublicKeyFile, 'utf8'));
    const gatewayKeys = splitKeys(await readFile(made.gatewayKeysFile, 'utf8'));
    expect([new Set(gatewayKeys).size, gatewayKeys.every(isLongEnough)]).toEqual([2, true]);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await developmentKeys(directory)).toEqual({ ...made, isNew: false });
  });

  it('begins anew after a run that died while it made them', async () => {
    await mkdir(`${directory}.unfinished`);
    await writeFile(join(`${directory}.unfinished`, 'token-private-key.pem'), 'half a k');
    expect((await developmentKeys(directory)).isNew).toBe(true);
    expect(await readdir(data)).toEqual(['keys']);
  });

  it.each(['token-private-key.pem', 'token-public-key.pem', 'gateway-key'])(
    'says what to do when %s is gone, and leaves the others as they are',
    async (name) => {
      await developmentKeys(directory);
      await rm(join(directory, name));
      const left = await readdir(directory);
      await expect(developmentKeys(directory)).rejects.toMatchObject({
        code: 'KEYS_INCOMPLETE',
        message: expect.stringContaining(`no ${name} in ${directory}. Put it back, or delete ${directory}`),
      });
      expect(await readdir(directory)).toEqual(left);
    },
  );
});
