import { RESP_TYPES } from '@redis/client';
import type { RedisClient } from './redis-connection.ts';

export type RedisOperand = string | Buffer;

/** Sends commands to one server or a cluster. A command whose server can't be reached is refused at once. */
export interface RedisCommands {
  /** Keys of one slot may share a command; on one server all do. */
  slotOf(key: string): number;
  /** Sends a command to where `key` is. Commands of one tick share a pipeline. */
  send(key: string, command: readonly RedisOperand[]): Promise<unknown>;
  /** The same; texts in the reply are Buffers. */
  sendForBytes(key: string, command: readonly RedisOperand[]): Promise<unknown>;
}

/** Texts in replies as Buffers. */
export const BYTES = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/** @param client stays the caller's to close */
export function serverCommands(client: RedisClient): RedisCommands {
  return {
    slotOf: () => 0,
    send: (_, command) => client.sendCommand([...command]),
    sendForBytes: (_, command) => client.sendCommand([...command], BYTES),
  };
}

/** The indices of keys that may share a command. */
export function groupBySlot(commands: RedisCommands, keys: readonly string[]): number[][] {
  return [...Map.groupBy(keys.keys(), (index) => commands.slotOf(keys[index] ?? '')).values()];
}

/** Runs one command for the keys of each slot, and puts the replies, one for each key, into the keys' order. */
export async function sendBySlot<T>(
  commands: RedisCommands,
  keys: readonly string[],
  send: (keysOfSlot: readonly [string, ...string[]]) => Promise<readonly T[]>,
): Promise<(T | undefined)[]> {
  const replies = new Array<T | undefined>(keys.length);
  await Promise.all(
    groupBySlot(commands, keys).map(async (indices) => {
      const [first = '', ...rest] = indices.map((index) => keys[index] ?? '');
      const ofSlot = await send([first, ...rest]);
      for (const [position, index] of indices.entries()) replies[index] = ofSlot[position];
    }),
  );
  return replies;
}
