import { z } from 'zod';
import type { CacheSettings } from '../cache/cache-settings.ts';
import { coordinationSchemes, redisSchemes, schemeOf } from '../cache/cache-url.ts';
import { EnvironmentError } from './environment-error.ts';
import { secretVariable } from './secret-variable.ts';

/** Through what the events of viewers reach the gateways that they are connected to. */
export const viewerEventsVariables = {
  TRIBUTARY_EVENTS_URL: z
    .string()
    .optional()
    .describe(
      'what carries events to the viewers of subscriptions: redis://, redis+cluster://, valkey:// or postgres://; unless set, where caches coordinate',
    ),
  TRIBUTARY_EVENTS_URL_FILE: z.string().optional().describe('a file with that URL instead'),
};

/**
 * Where events of viewers go, from the environment; undefined where there is nowhere. A file that is named is read at once.
 *
 * @param cache its stores carry events, too, where nothing else is named
 * @param catalogUrl the primary of the catalog, in a service that has one: taken when nothing else is there
 * @throws EnvironmentError for a URL of another kind, a variable that is set in two ways, or a file that can't be read. It never repeats
 * a URL, which may hold a password.
 */
export function viewerEventsUrl<CatalogUrl extends string | undefined>(
  environment: z.output<z.ZodObject<typeof viewerEventsVariables>>,
  cache: CacheSettings | undefined,
  catalogUrl: CatalogUrl,
): string | CatalogUrl {
  const url = secretVariable(environment, 'TRIBUTARY_EVENTS_URL');
  if (url !== undefined && !coordinationSchemes.includes(schemeOf(url))) {
    const expected = coordinationSchemes.join('://, ');
    throw new EnvironmentError([`TRIBUTARY_EVENTS_URL: expected a URL that begins with ${expected}://`]);
  }
  if (url !== undefined) return url;
  if (cache?.coordinationUrl !== undefined) return cache.coordinationUrl;
  if (cache?.url !== undefined && redisSchemes.includes(schemeOf(cache.url))) return cache.url;
  return catalogUrl;
}
