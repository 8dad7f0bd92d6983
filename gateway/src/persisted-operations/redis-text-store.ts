import { hash } from 'node:crypto';
import { createGuard } from '@tributary/runtime/cache/guard';
import type { RedisCommands } from '@tributary/runtime/cache/redis-commands';
import Keyv from 'keyv';
import { z } from 'zod';
import type { TextStore } from './persisted-texts.ts';

const BUDGET_MS = 150;
const NAMESPACE = 'tributary:apq';

const getReply = z.nullable(z.string());

/**
 * Texts in Redis, through Keyv. A call rejects when it fails or takes longer than 150 ms, and at once while Redis seems to be away.
 *
 * Keyv has a store of ours: that of `@keyv/redis` never finds the replica of a cluster that took over from a dead master.
 * @param commands stay the caller's to close
 */
export function createRedisTextStore(commands: RedisCommands): TextStore {
  const texts = new Keyv<string>({ store: keyvStore(commands), namespace: NAMESPACE, throwOnErrors: true });
  // Errors are thrown as well; without a listener they would be printed.
  texts.on('error', () => undefined);
  const guard = createGuard({ budgetMs: BUDGET_MS });
  return {
    get: async (id) => {
      const text = await guard(() => texts.get(id));
      // What somebody else left there under another text's hash is nobody's operation.
      return text !== undefined && hash('sha256', text) === id ? text : undefined;
    },
    set: async (id, text, ttlMs) => {
      await guard(() => texts.set(id, text, ttlMs));
    },
  };
}

/** What Keyv asks of a store; its keys have the namespace already. */
function keyvStore(commands: RedisCommands) {
  return {
    get: async (key: string) => getReply.parse(await commands.send(key, ['GET', key])) ?? undefined,
    set: (key: string, value: string, ttlMs: number) => commands.send(key, ['SET', key, value, 'PX', String(ttlMs)]),
    delete: async (key: string) => (await commands.send(key, ['UNLINK', key])) === 1,
    clear: () => Promise.reject(new TypeError('texts end by themselves')),
  };
}
