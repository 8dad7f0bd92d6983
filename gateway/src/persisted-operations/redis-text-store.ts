import KeyvRedis from '@keyv/redis';
import { createGuard } from '@tributary/runtime/cache/guard';
import type { RedisClient } from '@tributary/runtime/cache/redis-connection';
import Keyv from 'keyv';
import type { TextStore } from './persisted-texts.ts';

const BUDGET_MS = 150;
const NAMESPACE = 'tributary:apq';

/**
 * Texts in Redis, through Keyv. A call rejects when it fails or takes longer than 150 ms, and at once while the server seems to be away.
 * @param client stays the caller's to close
 */
export function createRedisTextStore(client: RedisClient): TextStore {
  const adapter = new KeyvRedis<string>(client, { namespace: NAMESPACE, keyPrefixSeparator: ':', throwOnErrors: true });
  // With a prefix of Keyv's own, keys would have the namespace twice.
  const texts = new Keyv<string>({ store: adapter, namespace: NAMESPACE, useKeyPrefix: false, throwOnErrors: true });
  // Errors are thrown as well; without a listener they would be printed.
  texts.on('error', () => undefined);
  const guard = createGuard({ budgetMs: BUDGET_MS });
  return {
    get: (hash) => guard(() => texts.get(hash)),
    set: async (hash, text, ttlMs) => {
      await guard(() => texts.set(hash, text, ttlMs));
    },
  };
}
