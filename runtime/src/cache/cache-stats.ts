import { type KeySurvey, surveyKeys } from './key-survey.ts';
import type { RedisClient } from './redis-connection.ts';
import { type ServerMemory, serverMemory } from './server-memory.ts';

/** What Redis keeps for all caches, and what services counted. */
export interface CacheStats extends KeySurvey {
  readonly servers: readonly ServerMemory[];
}

/** @param masters all servers that have keys of their own */
export async function readCacheStats(masters: readonly RedisClient[], prefix: string): Promise<CacheStats> {
  return { servers: await Promise.all(masters.map(serverMemory)), ...(await surveyKeys(masters, prefix)) };
}

/** For people: a line a server, tier of a service, kind of keys and key without a time to live. */
export function linesOfStats({ servers, services, kinds, lasting }: CacheStats): string[] {
  return [
    ...servers.map(serverLine),
    ...[...services]
      .toSorted(byName)
      .flatMap(([service, { since, local, shared, fill }]) => [
        `${service} local: ${rateOf(local)}`,
        `${service} shared: ${rateOf(shared)}`,
        `${service} fills: ${listOf(fill)}, since ${since.toISOString()}`,
      ]),
    ...[...kinds]
      .toSorted(([, one], [, other]) => other.bytes - one.bytes)
      .map(([kind, { keys, bytes }]) => `${kind}: ${keys} keys, ${bytes} bytes`),
    ...lasting.map(({ key, reason }) => `${key} has no time to live: ${reason ?? 'NO REASON IS KNOWN'}`),
  ];
}

/** For programs. */
export function jsonOfStats({ servers, services, kinds, lasting }: CacheStats): string {
  const named = { services: Object.fromEntries(services), kinds: Object.fromEntries(kinds) };
  return JSON.stringify({ servers, ...named, lasting }, null, 2);
}

function serverLine({ usedBytes, limitBytes, policy, evictedKeys, reads, hits }: ServerMemory): string {
  const bound = limitBytes === 0 ? 'no limit is set' : `${megabytes(limitBytes)} at most`;
  return `memory ${megabytes(usedBytes)}, ${bound} (${policy}), ${evictedKeys} keys evicted; ${hits} of ${reads} reads of keys were hits (${shareOf(hits, reads)})`;
}

/** Stale values count as answered: nobody waited for a fill. */
function rateOf(lookUps: Readonly<Record<'hit' | 'stale' | 'miss' | 'bypass', number>>): string {
  const all = Object.values(lookUps).reduce((sum, number) => sum + number, 0);
  return `${shareOf(lookUps.hit + lookUps.stale, all)} of ${all} look-ups answered (${listOf(lookUps)})`;
}

function listOf(numbers: Readonly<Record<string, number>>): string {
  return Object.entries(numbers)
    .map(([name, number]) => `${number} ${name}`)
    .join(', ');
}

function shareOf(part: number, all: number): string {
  return all > 0 ? `${((100 * part) / all).toFixed(1)} %` : 'none';
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one.localeCompare(other);
}
