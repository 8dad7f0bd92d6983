import { z } from 'zod';
import { schemeOf, serverUrlsOf } from './cache-url.ts';
import { createRedisClient, disconnect, type RedisClient } from './redis-connection.ts';

export interface RedisNodes extends AsyncDisposable {
  readonly masters: readonly RedisClient[];
}

const node = z.tuple([z.string(), z.number()]).rest(z.unknown());
const slotRanges = z.array(z.tuple([z.number(), z.number(), node]).rest(z.unknown()));

/**
 * Connects to each server that has keys of its own, for what can't be asked by key. For operators: it waits for each.
 * @throws Error when one can't be reached
 */
export async function openRedisNodes(url: string): Promise<RedisNodes> {
  const scheme = schemeOf(url);
  const urls = serverUrlsOf(url, scheme.replace('+cluster', '').replace(/^valkey/, 'redis'));
  const opened: RedisClient[] = [];
  const close = async (): Promise<void> => {
    for (const client of opened) disconnect(client);
  };
  async function open(nodeUrl: string): Promise<RedisClient> {
    const client = createRedisClient({ url: nodeUrl, onError: () => undefined, reconnects: false });
    opened.push(client);
    return client.connect();
  }

  try {
    const first = await Promise.any(urls.map(open)).catch((error: unknown) => {
      throw error instanceof AggregateError ? error.errors[0] : error;
    });
    if (!scheme.endsWith('+cluster')) return { masters: [first], [Symbol.asyncDispose]: close };
    const ranges = slotRanges.parse(await first.sendCommand(['CLUSTER', 'SLOTS']));
    const addresses = new Set(ranges.map(([, , [host, port]]) => withAddress(urls[0] ?? '', host, port)));
    return { masters: await Promise.all([...addresses].map(open)), [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The user and password of one node serve for all. */
function withAddress(url: string, host: string, port: number): string {
  const address = new URL(url);
  address.host = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return address.href;
}
