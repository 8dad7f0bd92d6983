import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isLicenceAllowed, licenceExceptions, readInstalledPackages } from './licences.ts';

const installed = await readInstalledPackages(join(import.meta.dirname, '../../package-lock.json'));

describe('the licences of dependencies', () => {
  it('are all allowed, or excepted with a reason', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter((each) => !isLicenceAllowed(each))).toEqual([]);
  });

  it('have no exceptions for packages that are gone', () => {
    const names = new Set(installed.map(({ name }) => name));
    expect(Object.keys(licenceExceptions).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each([
    ['MIT', true],
    ['(MIT AND Zlib)', true],
    ['MIT and ISC', true],
    ['(MPL-2.0 OR Apache-2.0)', true],
    ['GPL-3.0-only', false],
    ['MIT AND GPL-3.0-only', false],
    ['Elastic-2.0', false],
    ['SEE LICENSE IN LICENSE.txt', false],
    [undefined, false],
  ])('of %s are allowed: %s', (licence, isAllowed) => {
    expect(isLicenceAllowed({ name: 'some-package', licence })).toBe(isAllowed);
  });

  it('end an exception when the package changes its licence', () => {
    expect(isLicenceAllowed({ name: '@apollo/gateway', licence: 'Elastic-2.0' })).toBe(true);
    expect(isLicenceAllowed({ name: '@apollo/gateway', licence: 'Proprietary' })).toBe(false);
  });
});
