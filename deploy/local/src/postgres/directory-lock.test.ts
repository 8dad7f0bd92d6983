import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockDirectory } from './directory-lock.ts';

describe('lockDirectory', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tributary-lock-'));
    file = join(directory, 'owner.json');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('refuses a second owner until the first one gives it free', async () => {
    const lock = await lockDirectory(file);
    await expect(lockDirectory(file)).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });
    await lock.release();
    await (await lockDirectory(file)).release();
  });

  it('does not take the lock from the next owner when it is given free twice', async () => {
    const first = await lockDirectory(file);
    await first.release();
    const second = await lockDirectory(file);
    await first.release();
    await expect(lockDirectory(file)).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });
    await second.release();
  });

  it.each([
    ['whose pid is another program by now', JSON.stringify({ pid: process.pid, startedAt: 'long ago' })],
    ['that died while it wrote', '{"pid":'],
  ])('takes over from an owner %s', async (_, left) => {
    await writeFile(file, left);
    const lock = await lockDirectory(file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ pid: process.pid });
    await lock.release();
  });
});
