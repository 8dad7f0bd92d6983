import { z } from 'zod';
import type { CacheSettings } from '../cache/cache-settings.ts';
import { coordinationSchemes, schemeOf, valueSchemes } from '../cache/cache-url.ts';
import { EnvironmentError } from './environment-error.ts';
import { secretVariable } from './secret-variable.ts';
import { integerVariable } from './variables.ts';

const MEBIBYTE = 1024 * 1024;

/** Where a service caches. */
export const cacheVariables = {
  TRIBUTARY_CACHE: z
    .enum(['on', 'off'], 'expected on or off')
    .default('on')
    .describe('off: nothing is cached, and the other variables of the cache are not looked at'),
  TRIBUTARY_CACHE_URL: z
    .string()
    .optional()
    .describe('redis://, redis+cluster://, valkey:// or memcached://; without it each process caches for itself'),
  TRIBUTARY_CACHE_URL_FILE: z.string().optional().describe('a file with that URL instead'),
  TRIBUTARY_CACHE_COORDINATION_URL: z
    .string()
    .optional()
    .describe('where processes agree on what is still true: redis://, redis+cluster://, valkey:// or postgres://'),
  TRIBUTARY_CACHE_COORDINATION_URL_FILE: z.string().optional().describe('a file with that URL instead'),
  TRIBUTARY_CACHE_LOCAL_MB: integerVariable({ min: 0, max: 65_536, default: 64 }).describe(
    "what the cache may take of this process's memory, in MiB",
  ),
};

type CacheEnvironment = z.output<z.ZodObject<typeof cacheVariables>>;

/**
 * How a service caches, from its environment; undefined when caching is switched off. A file that is named is read at once.
 *
 * @throws EnvironmentError for a URL of a kind that there is no store for, a variable that is set in two ways, or a file that
 * can't be read. It never repeats a URL, which may hold a password.
 */
export function cacheSettings(environment: CacheEnvironment): CacheSettings | undefined {
  if (environment.TRIBUTARY_CACHE === 'off') return undefined;
  return {
    url: urlVariable(environment, 'TRIBUTARY_CACHE_URL', valueSchemes),
    coordinationUrl: urlVariable(environment, 'TRIBUTARY_CACHE_COORDINATION_URL', coordinationSchemes),
    localLimitBytes: environment.TRIBUTARY_CACHE_LOCAL_MB * MEBIBYTE,
  };
}

function urlVariable(
  environment: CacheEnvironment,
  name: 'TRIBUTARY_CACHE_URL' | 'TRIBUTARY_CACHE_COORDINATION_URL',
  schemes: readonly string[],
): string | undefined {
  const url = secretVariable(environment, name);
  if (url !== undefined && !schemes.includes(schemeOf(url))) {
    throw new EnvironmentError([`${name}: expected a URL that begins with ${schemes.join('://, ')}://`]);
  }
  return url;
}
