import type { RedisClient } from './redis-connection.ts';

/** One line about a server: what it takes of what it may, what it does when that is full, and how often keys were there. */
export async function serverMemory(server: RedisClient): Promise<string> {
  const [memory, stats] = [await server.info('memory'), await server.info('stats')].map(fieldsOf);
  const [used = '?', limit = '0', policy = '?'] = ['used_memory_human', 'maxmemory_human', 'maxmemory_policy'].map(
    (name) => memory?.get(name),
  );
  const [hits = 0, misses = 0, evicted = 0] = ['keyspace_hits', 'keyspace_misses', 'evicted_keys'].map((name) =>
    Number(stats?.get(name)),
  );
  const share = hits + misses > 0 ? `${((100 * hits) / (hits + misses)).toFixed(1)} %` : 'none';
  const bound = limit === '0B' ? 'no limit is set' : `${limit} at most`;
  return `memory ${used}, ${bound} (${policy}), ${evicted} keys evicted; ${hits} of ${hits + misses} reads of keys were hits (${share})`;
}

function fieldsOf(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );
}
