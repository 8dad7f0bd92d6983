import { z } from 'zod';
import { createGuard } from '../cache/guard.ts';
import type { RedisCommands } from '../cache/redis-commands.ts';
import { runScript } from '../cache/redis-script.ts';
import { refillPerMs } from './bucket-limit.ts';
import { takeTokens } from './token-script.ts';
import type { TokenStore } from './token-store.ts';

export interface RedisTokenStoreOptions {
  /** Stay the caller's to close. */
  readonly commands: RedisCommands;
  /** Before every key. Default `tributary:rate:`. */
  readonly prefix?: string;
  /** How long a call may take; requests wait for it. */
  readonly budgetMs: number;
}

const grantReply = z.tuple([z.number(), z.number()]);

/**
 * Buckets in Redis or Valkey, a key each, so that a cluster spreads them. A server that loses its data, or a replica that takes over
 * without the last writes, has fuller buckets: never more in each than its capacity.
 *
 * While Redis hangs, a few calls cost the budget; then it is asked beside the requests whether it is back, and all calls are
 * refused at once.
 */
export function createRedisTokenStore({
  commands,
  prefix = 'tributary:rate:',
  budgetMs,
}: RedisTokenStoreOptions): TokenStore {
  const probeKey = `${prefix}probe`;
  const guard = createGuard({ budgetMs, probe: () => commands.send(probeKey, ['EXISTS', probeKey]) });
  return {
    async take({ key, limit, credit, need, want }) {
      const values = [limit.capacity, refillPerMs(limit), credit, need, want].map(String);
      const reply = await guard(() => runScript(commands, takeTokens, [prefix + key], values));
      const [granted, remaining] = grantReply.parse(reply);
      return { granted, remaining };
    },
  };
}
