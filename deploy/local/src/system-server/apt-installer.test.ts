import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAptInstaller, type RunLogged } from './apt-installer.ts';

let directory: string;
let logFile: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-apt-'));
  logFile = join(directory, 'apt.log');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Records the verb and package of each call, and whether two ever ran at once. */
function recordingRun() {
  const calls: string[] = [];
  let running = 0;
  let mostAtOnce = 0;
  const run: RunLogged = async (command, parameters) => {
    mostAtOnce = Math.max(mostAtOnce, ++running);
    calls.push([command, ...parameters.filter((each) => !each.startsWith('-') && !each.includes('='))].join(' '));
    await new Promise(setImmediate);
    running--;
  };
  return { run, calls, mostAtOnce: () => mostAtOnce };
}

describe('createAptInstaller', () => {
  it('fetches the lists once and installs one package after the other', async () => {
    const { run, calls, mostAtOnce } = recordingRun();
    const install = createAptInstaller({ logFile, run });
    await Promise.all([install('redis-server'), install('nginx')]);
    expect(calls).toEqual(['apt-get update', 'apt-get install redis-server', 'apt-get install nginx']);
    expect(mostAtOnce()).toBe(1);
  });

  it('shows what apt-get said when it fails, and installs the next package all the same', async () => {
    const install = createAptInstaller({
      logFile,
      run: async (_, parameters) => {
        if (!parameters.includes('no-such-package')) return;
        await writeFile(logFile, 'E: Unable to locate package no-such-package\n');
        throw new Error('exit code 100');
      },
    });
    const failing = install('no-such-package');
    const next = install('nginx');
    await expect(failing).rejects.toMatchObject({
      code: 'INSTALLATION_FAILED',
      message: expect.stringContaining('E: Unable to locate package no-such-package'),
    });
    await expect(next).resolves.toBeUndefined();
  });
});
