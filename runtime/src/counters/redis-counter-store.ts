import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createGuard } from '../cache/guard.ts';
import type { RedisCommands } from '../cache/redis-commands.ts';
import { runScript } from '../cache/redis-script.ts';
import { addChanges, confirmBatch, returnBatch, takeBatch } from './counter-scripts.ts';
import {
  COUNTER_LIFETIME_MS,
  type CounterLimits,
  type CounterStore,
  checkChanges,
  withDefaults,
} from './counter-store.ts';

export interface RedisCounterOptions extends CounterLimits {
  readonly commands: RedisCommands;
  /** Before every key in Redis. */
  readonly prefix: string;
  /** How long `add` may take. Default 150. */
  readonly budgetMs?: number;
}

const addReply = z.array(z.literal([0, 1]));
const takeReply = z.tuple([z.string(), z.literal([0, 1]), z.array(z.string())]).nullable();
const DEFAULT_BUDGET_MS = 150;
const LIFETIME = String(COUNTER_LIFETIME_MS);

/**
 * {@link CounterStore} on Redis or Valkey, by scripts that run in one step each. All counters share one hash slot, so that one
 * call serves several of them, and on a cluster one server has them all.
 *
 * What was gathered and not written is lost with the server's data: all of it without persistence, the last second with
 * `appendonly yes`. A server that comes back with older data counts nothing twice: what it gathered then has the id of a batch
 * that was written since, so it and what joins it until the next batch is dropped instead. Let it evict nothing, or what
 * expires first (`noeviction`, `volatile-ttl`): counts expire last of all that is cached.
 */
export function createRedisCounterStore(options: RedisCounterOptions): CounterStore {
  const { commands, prefix, budgetMs = DEFAULT_BUDGET_MS } = options;
  const { batchKeys, waitingBatches, claimMs } = withDefaults(options);
  const guard = createGuard({ budgetMs });
  const gatheringOf = (counter: string): string => `${prefix}{counters}:${counter}`;

  return {
    async add(changes) {
      checkChanges(changes);
      if (changes.length === 0) return [];
      const limits = [String(batchKeys), String(waitingBatches), LIFETIME];
      const values = changes.flatMap(({ merge, key, amount }) => [randomUUID(), merge, key, String(amount)]);
      const keys = changes.map(({ counter }) => gatheringOf(counter));
      const reply = await guard(() => runScript(commands, addChanges, keys, [...limits, ...values]));
      return addReply.parse(reply).map((isGathered) => isGathered === 1);
    },

    async takeBatch(counter) {
      const reply = await runScript(commands, takeBatch, [gatheringOf(counter)], [String(claimMs), LIFETIME]);
      const taken = takeReply.parse(reply);
      if (taken === null) return undefined;
      const [id, isNewest, fields] = taken;
      return { counter, id, amounts: amountsOf(fields), isNewest: isNewest === 1 };
    },

    async confirmBatch({ counter, id }) {
      await runScript(commands, confirmBatch, [gatheringOf(counter)], [id]);
    },

    async returnBatch({ counter, id }) {
      await runScript(commands, returnBatch, [gatheringOf(counter)], [id]);
    },

    close: async () => undefined,
  };
}

/** Fields and values in turn; the field without a name is the batch's id. */
function amountsOf(fields: readonly string[]): Map<string, number> {
  const amounts = new Map<string, number>();
  for (let index = 0; index < fields.length; index += 2) {
    const key = fields[index];
    if (key) amounts.set(key, Number(fields[index + 1]));
  }
  return amounts;
}
