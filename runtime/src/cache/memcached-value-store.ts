import { createHash } from 'node:crypto';
import { serverUrlsOf } from './cache-url.ts';
import { createGuard } from './guard.ts';
import { connectMemcached } from './memcached-connection.ts';
import { deleteCommand, getCommand, type MemcachedReply, memcachedKey, setCommand } from './memcached-protocol.ts';
import type { ValueStore } from './value-store.ts';

const DEFAULT_PORT = 11_211;
/** Less than the budget of a call of the whole store, so that one server that hangs does not make misses of all. */
const SERVER_BUDGET_MS = 100;
const EXPIRY_BYTES = 8;

export interface MemcachedOptions {
  /** `memcached://host:port,host:port`, without user and password: the text protocol knows none. */
  readonly url: string;
  /** Before every key. */
  readonly prefix: string;
  readonly onError: (error: Error) => void;
}

interface Server {
  readonly name: string;
  send(command: string | Buffer): Promise<MemcachedReply>;
  close(): void;
}

/**
 * A {@link ValueStore} on memcached: one `get` of all keys for each server, to which keys are spread by rendezvous hashing
 * (Thaler and Ravishankar, 1998). A server that is away makes misses of its keys. It speaks the text protocol itself, as memjs,
 * the client of Keyv's adapter, has no `get` of many keys, and queues commands while it can't connect.
 *
 * The server counts in seconds, so a value carries the millisecond it expires at. What is too large for it (1 MiB unless it is
 * told otherwise) is not kept. Resolves whether or not the servers can be reached.
 */
export async function openMemcachedValueStore({ url, prefix, onError }: MemcachedOptions): Promise<ValueStore> {
  const opened = serverUrlsOf(url, 'memcached').map((each) => openServer(each, onError));
  await Promise.all(opened.map(({ firstAttempt }) => firstAttempt));
  const servers = opened.map(({ server }) => server);
  const fullKey = (key: string): string => memcachedKey(`${prefix}value:${key}`);

  async function getFrom(server: Server, keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const reply = await server.send(getCommand(keys));
    if (typeof reply === 'string') throw new Error(`memcached answered a get with ${reply}`);
    return reply;
  }

  return {
    getMany: async (keys) => {
      const full = keys.map(fullKey);
      const byServer = Map.groupBy(new Set(full), (key) => serverOf(servers, key));
      const found = await settled([...byServer].map(([server, ofServer]) => getFrom(server, ofServer)));
      const nowMs = Date.now();
      return full.map((key) => {
        const stored = found.find((values) => values.has(key))?.get(key);
        return stored && aliveValue(stored, nowMs);
      });
    },
    setMany: async (values) => {
      const nowMs = Date.now();
      await settled(
        values.map(({ key, value, ttlMs }) => {
          const command = setCommand(fullKey(key), withExpiry(value, nowMs + ttlMs), ttlMs, nowMs);
          return serverOf(servers, fullKey(key)).send(command);
        }),
      );
    },
    deleteMany: async (keys) => {
      await settled(keys.map(fullKey).map((key) => serverOf(servers, key).send(deleteCommand(key))));
    },
    close: async () => {
      for (const server of servers) server.close();
    },
  };
}

function openServer(url: string, onError: (error: Error) => void): { server: Server; firstAttempt: Promise<void> } {
  const { host, hostname, port } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || DEFAULT_PORT) };
  const { connection, firstAttempt } = connectMemcached({ ...address, onError });
  const guard = createGuard({ budgetMs: SERVER_BUDGET_MS });
  const send = (command: string | Buffer) => guard(() => connection.send(command));
  return { server: { name: host, send, close: () => connection.close() }, firstAttempt };
}

/** The server whose name goes best with the key: with one more server, only the keys that go there move. */
function serverOf(servers: readonly Server[], key: string): Server {
  const [first] = servers;
  if (!first) throw new Error('a URL has one server at least');
  if (servers.length === 1) return first;
  const scores = new Map(
    servers.map((server) => [server, createHash('sha1').update(`${server.name} ${key}`).digest('hex')]),
  );
  return servers.reduce(
    (best, server) => ((scores.get(server) ?? '') > (scores.get(best) ?? '') ? server : best),
    first,
  );
}

/** The results that came. @throws the first error when none did */
async function settled<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(calls);
  const [failed] = results.filter(({ status }) => status === 'rejected');
  const values = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (failed?.status === 'rejected' && values.length === 0) throw failed.reason;
  return values;
}

function withExpiry(value: Uint8Array, expiresAtMs: number): Buffer {
  const stored = Buffer.allocUnsafe(EXPIRY_BYTES + value.byteLength);
  stored.writeDoubleBE(expiresAtMs);
  stored.set(value, EXPIRY_BYTES);
  return stored;
}

function aliveValue(stored: Buffer, nowMs: number): Buffer | undefined {
  return stored.length >= EXPIRY_BYTES && stored.readDoubleBE() > nowMs ? stored.subarray(EXPIRY_BYTES) : undefined;
}
