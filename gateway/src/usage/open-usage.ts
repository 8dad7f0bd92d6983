import type { Scope } from '@tributary/runtime/lifecycle/scope';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { SharedRedis } from '../persisted-operations/shared-redis.ts';
import { UsageBook } from './usage-book.ts';
import { UsageStore } from './usage-store.ts';

const INTERVAL_MS = 5_000;

/**
 * Counts what clients use of the schema, and adds it every few seconds to what all gateways of one Redis have counted; the scope
 * ends it.
 * @param days for how long a day is kept; 0 counts nothing
 * @returns `undefined` where nothing is counted, for example without a Redis
 */
export function openUsage(
  days: number,
  { redis, scope, logger }: { redis: SharedRedis | undefined; scope: Scope; logger: Logger },
): UsageBook | undefined {
  if (days === 0 || !redis) return undefined;
  const book = new UsageBook();
  scope.own(reportUsage(book, { store: new UsageStore(redis.commands), days, logger }), undefined, 'report of usage');
  return book;
}

/**
 * @returns `stop` tells what was counted last, once nothing is being told any more
 */
export function reportUsage(
  book: UsageBook,
  { store, days, logger }: { store: Pick<UsageStore, 'add'>; days: number; logger: Logger },
): { stop(): Promise<void> } {
  const report = createFailureLog({ logger, component: 'usage of the schema' });
  async function tell(): Promise<void> {
    const taken = book.take();
    if (taken.uses.length === 0 && taken.untold === 0) return;
    await store.add(taken, days).catch((error: unknown) => {
      book.putBack(taken);
      report(error);
    });
  }
  let telling = Promise.resolve();
  const timer = setInterval(() => {
    telling = telling.then(tell);
  }, INTERVAL_MS).unref();
  return {
    async stop() {
      clearInterval(timer);
      await telling;
      await tell();
    },
  };
}
