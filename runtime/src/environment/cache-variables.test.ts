import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { cacheSettings, cacheVariables } from './cache-variables.ts';
import { parseEnvironment } from './parse-environment.ts';

const settingsOf = (env: Record<string, string>) => cacheSettings(parseEnvironment(z.object(cacheVariables), env));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tributary-cache-variables-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('the variables of the cache', () => {
  it('cache in this process unless told otherwise', () => {
    expect(settingsOf({})).toEqual({ url: undefined, coordinationUrl: undefined, localLimitBytes: 64 * 1024 * 1024 });
  });

  it('switch caching off, whatever else they say', () => {
    expect(settingsOf({ TRIBUTARY_CACHE: 'off', TRIBUTARY_CACHE_URL: 'ftp://nowhere' })).toBeUndefined();
  });

  it.each([
    'redis://h:1',
    'rediss://h',
    'valkey://h',
    'valkeys://h',
    'redis+cluster://h1:1,h2:2',
    'memcached://h1,h2:2',
  ])('take %s for values', (url) => {
    expect(settingsOf({ TRIBUTARY_CACHE_URL: url })).toMatchObject({ url });
  });

  it.each(['redis://h:1', 'redis+cluster://h1:1,h2:2', 'postgres://h/catalog', 'postgresql://h/catalog'])(
    'take %s for coordination',
    (url) => {
      expect(settingsOf({ TRIBUTARY_CACHE_COORDINATION_URL: url })).toMatchObject({ coordinationUrl: url });
    },
  );

  it.each([
    ['TRIBUTARY_CACHE_URL', 'postgres://user:hunter2@h/catalog'],
    ['TRIBUTARY_CACHE_COORDINATION_URL', 'memcached://user:hunter2@h'],
    ['TRIBUTARY_CACHE_URL', 'hunter2'],
  ])('refuse %s of a kind that there is no store for, without repeating it', (name, url) => {
    expect(() => settingsOf({ [name]: url })).toThrow(name);
    expect(() => settingsOf({ [name]: url })).not.toThrow('hunter2');
  });

  it('read a URL from a file', async () => {
    const file = join(directory, 'url');
    await writeFile(file, 'redis://h:1\n');
    expect(settingsOf({ TRIBUTARY_CACHE_URL_FILE: file })).toMatchObject({ url: 'redis://h:1' });
  });

  it('refuse a file that is not there, and a URL that is given twice', () => {
    const file = join(directory, 'missing');
    expect(() => settingsOf({ TRIBUTARY_CACHE_COORDINATION_URL_FILE: file })).toThrow('ENOENT');
    expect(() => settingsOf({ TRIBUTARY_CACHE_URL: 'redis://h', TRIBUTARY_CACHE_URL_FILE: file })).toThrow(
      'only one of them can be set',
    );
  });
});
