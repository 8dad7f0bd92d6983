import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A third-party package that is installed, and the licence that it states. */
export interface InstalledPackage {
  readonly name: string;
  /** An SPDX expression; `undefined` where its manifest has none. */
  readonly licence: string | undefined;
}

/** Licences that ask for no more than to keep their text. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Unlicense',
  'Zlib',
]);

/** A package that is used although its manifest states no licence that is allowed. */
export interface LicenceException {
  /** What it states; another licence is another decision. */
  readonly licence: string | undefined;
  readonly why: string;
}

const APOLLO = 'May be run, but not offered to others as a managed service; the README says so.';

/** By name of the package. */
export const licenceExceptions: Readonly<Record<string, LicenceException>> = {
  '@apollo/composition': { licence: 'Elastic-2.0', why: APOLLO },
  '@apollo/federation-internals': { licence: 'Elastic-2.0', why: APOLLO },
  '@apollo/gateway': { licence: 'Elastic-2.0', why: APOLLO },
  '@apollo/query-graphs': { licence: 'Elastic-2.0', why: APOLLO },
  '@apollo/query-planner': { licence: 'Elastic-2.0', why: APOLLO },
  elkjs: { licence: 'EPL-2.0', why: "Only in the studio of Prisma's command line, which nothing here loads." },
  'seq-queue': { licence: undefined, why: 'Its LICENSE file is the MIT licence.' },
};

const lockfile = z.object({
  packages: z.record(z.string(), z.object({ license: z.string().optional(), link: z.boolean().optional() })),
});

/**
 * What a lockfile installs on any platform, by name, each pair of name and licence once. It needs no network: npm keeps the licences
 * of manifests there.
 */
export async function readInstalledPackages(lockfilePath: string): Promise<InstalledPackage[]> {
  const { packages } = lockfile.parse(JSON.parse(await readFile(lockfilePath, 'utf8')));
  const installed = new Map<string, InstalledPackage>();
  for (const [path, { license, link }] of Object.entries(packages)) {
    const start = path.lastIndexOf('node_modules/');
    if (start < 0 || link) continue;
    const name = path.slice(start + 'node_modules/'.length);
    installed.set(`${name} ${license}`, { name, licence: license });
  }
  return [...installed.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether a package may be used, by its licence or as an exception. */
export function isLicenceAllowed({ name, licence }: InstalledPackage): boolean {
  const exception = Object.hasOwn(licenceExceptions, name) ? licenceExceptions[name] : undefined;
  if (exception !== undefined) return exception.licence === licence;
  return licence !== undefined && isExpressionAllowed(licence);
}

/** One of several alternatives has to be allowed, and all of what holds together. */
function isExpressionAllowed(expression: string): boolean {
  const alternatives = expression.replaceAll(/[()]/g, '').split(/ or /i);
  return alternatives.some((each) => each.split(/ and /i).every((licence) => ALLOWED.has(licence.trim())));
}
