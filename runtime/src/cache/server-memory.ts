import type { RedisClient } from './redis-connection.ts';

/** What a server takes of what it may, what it does when that is full, and how often keys were there. */
export interface ServerMemory {
  readonly usedBytes: number;
  /** 0 where there is none. */
  readonly limitBytes: number;
  /** What it evicts when it is full: `noeviction`. */
  readonly policy: string;
  readonly evictedKeys: number;
  /** Look-ups of keys since it started, and those that found one. */
  readonly reads: number;
  readonly hits: number;
}

/** Asks one server. @throws what the client throws when it does not answer */
export async function serverMemory(server: RedisClient): Promise<ServerMemory> {
  const fields = fieldsOf((await server.info('memory')) + (await server.info('stats')));
  const number = (name: string): number => Number(fields.get(name) ?? 0);
  const hits = number('keyspace_hits');
  return {
    usedBytes: number('used_memory'),
    limitBytes: number('maxmemory'),
    policy: fields.get('maxmemory_policy') ?? '?',
    evictedKeys: number('evicted_keys'),
    reads: hits + number('keyspace_misses'),
    hits,
  };
}

function fieldsOf(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [];
    }),
  );
}
