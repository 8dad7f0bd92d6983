import { z } from 'zod';
import { groupBySlot, type RedisCommands, sendBySlot } from './redis-commands.ts';
import type { ValueStore } from './value-store.ts';

const values = z.array(z.nullable(z.custom<Uint8Array>((value) => ArrayBuffer.isView(value))));

/**
 * A {@link ValueStore} on Redis: one MGET for the keys of each slot, so one for all on a single server; writes share a pipeline.
 * @param options.commands stay the caller's to close
 * @param options.prefix of every key in Redis
 */
export function createRedisValueStore(options: { commands: RedisCommands; prefix: string }): ValueStore {
  const { commands, prefix } = options;
  const keyOf = (key: string): string => `${prefix}value:${key}`;

  return {
    getMany: async (keys) => {
      const stored = await sendBySlot(commands, keys.map(keyOf), async (ofSlot) =>
        values.parse(await commands.sendForBytes(ofSlot[0], ['MGET', ...ofSlot])),
      );
      return stored.map((value) => value ?? undefined);
    },
    setMany: async (stored) => {
      await Promise.all(
        stored.map(({ key, value, ttlMs }) =>
          commands.send(keyOf(key), ['SET', keyOf(key), bufferOf(value), 'PX', String(Math.ceil(ttlMs))]),
        ),
      );
    },
    deleteMany: async (keys) => {
      const full = keys.map(keyOf);
      await Promise.all(
        groupBySlot(commands, full).map((indices) => {
          const ofSlot = indices.map((index) => full[index] ?? '');
          return commands.send(ofSlot[0] ?? '', ['UNLINK', ...ofSlot]);
        }),
      );
    },
    close: async () => undefined,
  };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
