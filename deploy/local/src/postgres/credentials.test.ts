import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadCredentials } from './credentials.ts';

const resetCommand = 'npm run reset -- --data /elsewhere';

describe('loadCredentials', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tributary-credentials-'));
    file = join(directory, 'credentials.json');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('makes a different password for each role, for the owner of the file alone, and keeps them', async () => {
    const made = await loadCredentials({ file, isFirstStart: true, resetCommand });
    expect(new Set(Object.values(made)).size).toBe(3);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadCredentials({ file, isFirstStart: false, resetCommand })).toEqual(made);
  });

  it('makes no new passwords for data that they would not open', async () => {
    await expect(loadCredentials({ file, isFirstStart: false, resetCommand })).rejects.toMatchObject({
      code: 'CREDENTIALS_MISSING',
      message: expect.stringContaining(`\`${resetCommand}\``),
    });
    await expect(stat(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.each(['{"superuser":', '{"superuser":"only"}'])('says so when the file holds no passwords: %s', async (text) => {
    await writeFile(file, text);
    await expect(loadCredentials({ file, isFirstStart: false, resetCommand })).rejects.toMatchObject({
      code: 'CREDENTIALS_MISSING',
    });
  });
});
