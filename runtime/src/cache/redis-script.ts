import { createHash } from 'node:crypto';
import type { RedisCommands } from './redis-commands.ts';

/** A Lua script, which Redis runs as one step that nothing comes between. */
export interface RedisScript {
  readonly source: string;
  readonly sha1: string;
}

/** @param source in Lua; it names no key that it is not given */
export function redisScript(source: string): RedisScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/**
 * Runs a script by its hash; a server that doesn't know it, for it was restarted, is sent the source.
 * @param keys one at least, all of one slot
 */
export async function runScript(
  commands: RedisCommands,
  script: RedisScript,
  keys: readonly string[],
  values: readonly string[],
): Promise<unknown> {
  const [first = ''] = keys;
  const operands = [String(keys.length), ...keys, ...values];
  try {
    return await commands.send(first, ['EVALSHA', script.sha1, ...operands]);
  } catch (error) {
    const isUnknown = error instanceof Error && error.message.startsWith('NOSCRIPT');
    if (isUnknown) return commands.send(first, ['EVAL', script.source, ...operands]);
    throw error;
  }
}
