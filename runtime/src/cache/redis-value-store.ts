import { RESP_TYPES } from '@redis/client';
import type { RedisClient } from './redis-connection.ts';
import type { ValueStore } from './value-store.ts';

/**
 * A {@link ValueStore} on Redis: one MGET for all keys, and writes in one pipeline.
 * @param options.client stays the caller's to close
 * @param options.prefix of every key in Redis
 */
export function createRedisValueStore(options: { client: RedisClient; prefix: string }): ValueStore {
  const { prefix } = options;
  const client = options.client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  const keyOf = (key: string): string => `${prefix}value:${key}`;

  return {
    getMany: async (keys) => {
      if (keys.length === 0) return [];
      const values = await client.mGet(keys.map(keyOf));
      return values.map((value) => value ?? undefined);
    },
    setMany: async (values) => {
      await Promise.all(
        values.map(({ key, value, ttlMs }) => client.set(keyOf(key), bufferOf(value), { PX: Math.ceil(ttlMs) })),
      );
    },
    deleteMany: async (keys) => {
      if (keys.length > 0) await client.unlink(keys.map(keyOf));
    },
    close: async () => undefined,
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
