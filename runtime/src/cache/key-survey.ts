import { reasonToLast } from './lasting-keys.ts';
import type { RedisClient } from './redis-connection.ts';
import { countedService, type ServiceCounts, serviceCountsOf } from './service-counts.ts';

const PAGE = 1_000;
const NO_TTL = -1;
const GONE = -2;

export interface KindSurvey {
  keys: number;
  /** What they take in the server's memory. */
  bytes: number;
}

export interface KeySurvey {
  /** By what they are: `tag`, `catalog value product`. */
  readonly kinds: ReadonlyMap<string, KindSurvey>;
  /** What the caches of services counted, by the name of the service. */
  readonly services: ReadonlyMap<string, ServiceCounts>;
  /** Keys without a time to live, with the reason where there is one. */
  readonly lasting: readonly { readonly key: string; readonly reason: string | undefined }[];
}

/**
 * Looks at all keys with a prefix, in pages, so that the servers go on meanwhile. Keys that come or go may be left out.
 * @param masters all servers that have keys of their own
 */
export async function surveyKeys(masters: readonly RedisClient[], prefix: string): Promise<KeySurvey> {
  const kinds = new Map<string, KindSurvey>();
  const services = new Map<string, ServiceCounts>();
  const lasting: { key: string; reason: string | undefined }[] = [];

  async function look(master: RedisClient, key: string): Promise<void> {
    const [ttlMs, bytes] = await Promise.all([master.pTTL(key), master.memoryUsage(key)]);
    if (ttlMs === GONE) return;
    const name = key.slice(prefix.length);
    const kind = kinds.get(kindOf(name)) ?? { keys: 0, bytes: 0 };
    kinds.set(kindOf(name), { keys: kind.keys + 1, bytes: kind.bytes + (bytes ?? 0) });
    if (ttlMs === NO_TTL) lasting.push({ key, reason: reasonToLast(name) });
    const service = countedService(name);
    if (service !== undefined) services.set(service, serviceCountsOf(await master.hGetAll(key)));
  }

  for (const master of masters) {
    const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`;
    for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
      const page = await master.scan(cursor, { MATCH: pattern, COUNT: PAGE });
      // A key may come twice while its table grows; twice in one page is all that is told apart.
      await Promise.all([...new Set(page.keys)].map((key) => look(master, key)));
      cursor = page.cursor;
    }
  }
  return { kinds, services, lasting };
}

const FINGERPRINT = /^[0-9a-f]{8}$/;

/** `catalog value product` of `catalog:value:catalog:0a1b2c3d:product:prd_1`, `tag` of `{tags-3}:tag:product:prd_1`. */
export function kindOf(name: string): string {
  const parts = name
    .replace(/^\{tags-\d+\}:/, '')
    .replaceAll(/[{}]/g, '')
    .split(':');
  const [owner = ''] = parts;
  const place = parts.findIndex((part, index) => index <= 1 && (part === 'value' || part === 'lease'));
  if (place < 0) return owner;
  const kind = parts.slice(0, place + 1).join(' ');
  if (parts[place] === 'lease') return kind;
  // What stands before the last colon, but for the service again and the fingerprint of a shape.
  const [entity] = parts.slice(place + 1, -1).filter((part) => part !== owner && !FINGERPRINT.test(part));
  return entity === undefined ? kind : `${kind} ${entity}`;
}
