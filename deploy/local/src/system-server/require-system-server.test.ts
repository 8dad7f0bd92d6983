import { describe, expect, it } from '@jest/globals';
import { requireSystemServer, type SystemHost } from './require-system-server.ts';

const REDIS = { command: 'redis-server', debianPackage: 'redis-server', homebrewFormula: 'redis' };

interface Machine {
  present?: string[];
  platform?: NodeJS.Platform;
  isRoot?: boolean;
  hasApt?: boolean;
  /** What a package brings when it is installed. */
  brings?: string[];
}

/** A machine that is only a list of programs; tells what was installed on it. */
function machineWith({ present = [], platform = 'linux', isRoot = true, hasApt = true, brings = [] }: Machine) {
  const installed: string[] = [];
  const host: SystemHost = {
    platform,
    isRoot,
    hasApt: async () => hasApt,
    find: async (command) =>
      present.includes(command) || (installed.length > 0 && brings.includes(command))
        ? `/usr/bin/${command}`
        : undefined,
    installPackage: async (debianPackage) => {
      installed.push(debianPackage);
    },
  };
  return { host, installed };
}

async function requireRedis(machine: Machine, mayInstall = true) {
  const { host, installed } = machineWith(machine);
  const notices: string[] = [];
  const outcome = await requireSystemServer(REDIS, {
    mayInstall,
    host,
    onProgress: (line) => notices.push(line),
  }).catch((error: unknown) => error);
  return { outcome, installed, notices };
}

describe('requireSystemServer', () => {
  it('takes what is on the PATH and installs nothing', async () => {
    expect(await requireRedis({ present: ['redis-server'] })).toEqual({
      outcome: '/usr/bin/redis-server',
      installed: [],
      notices: [],
    });
  });

  it('installs the package with a notice where it may: as root, with apt', async () => {
    const { outcome, installed, notices } = await requireRedis({ brings: ['redis-server'] });
    expect(outcome).toBe('/usr/bin/redis-server');
    expect(installed).toEqual(['redis-server']);
    expect(notices).toEqual([expect.stringContaining('installing redis-server with apt-get')]);
  });

  it.each<[string, Machine, boolean, string]>([
    ['it was not asked to install', {}, false, 'run `apt-get install --yes redis-server`.'],
    ['the caller is not root', { isRoot: false }, true, 'run `sudo apt-get install --yes redis-server`.'],
    ['it is a Mac', { platform: 'darwin', hasApt: false, isRoot: false }, true, 'run `brew install redis`.'],
    ['there is no apt', { hasApt: false }, true, "install it with your system's package manager."],
  ])('says in one line what to run, and installs nothing, when %s', async (_, machine, mayInstall, advice) => {
    const { outcome, installed } = await requireRedis(machine, mayInstall);
    expect(outcome).toMatchObject({
      code: 'SYSTEM_SERVER_MISSING',
      message: `redis-server is not on the PATH: ${advice}`,
    });
    expect(installed).toEqual([]);
  });

  it('does not hand out a program that its package did not bring', async () => {
    const { outcome } = await requireRedis({ brings: [] });
    expect(outcome).toMatchObject({ code: 'INSTALLATION_FAILED' });
  });
});
