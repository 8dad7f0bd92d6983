import { createHash } from 'node:crypto';
import type { RedisClient } from './redis-connection.ts';

/** A Lua script, which Redis runs as one step that nothing comes between. */
export interface RedisScript {
  readonly source: string;
  readonly sha1: string;
}

export function redisScript(source: string): RedisScript {
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
}

/** Runs a script by its hash; a server that doesn't know it, for it was restarted, is sent the source. */
export async function runScript(
  client: RedisClient,
  script: RedisScript,
  keys: readonly string[],
  values: readonly string[],
): Promise<unknown> {
  const options = { keys: [...keys], arguments: [...values] };
  try {
    return await client.evalSha(script.sha1, options);
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return client.eval(script.source, options);
    throw error;
  }
}
