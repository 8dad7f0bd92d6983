import type { Databases } from '@tributary/prisma/clients/databases';
import { startWakeLoop } from '@tributary/prisma/wake-loop/wake-loop';
import type { CounterBatch, CounterStore } from '@tributary/runtime/counters/counter-store';
import { flushCounter } from '@tributary/runtime/counters/flush-counter';
import type { ProductRepository } from './product-repository.ts';
import type { ProductViewsRepository } from './product-views-repository.ts';
import type { RecentlyViewedRepository } from './recently-viewed-repository.ts';
import { PRODUCT_VIEWS, RECENTLY_VIEWED } from './view-counters.ts';
import type { OnViewStep } from './view-step.ts';
import { writeProductViews } from './write-product-views.ts';
import { writeRecentlyViewed } from './write-recently-viewed.ts';

export interface ViewFlusherOptions {
  readonly databases: Databases;
  readonly repositories: {
    readonly products: ProductRepository;
    readonly productViews: ProductViewsRepository;
    readonly recentlyViewed: RecentlyViewedRepository;
  };
  readonly counters: CounterStore;
  readonly intervalMs: number;
  /** Told of every failure; it tries again. */
  readonly onError: (error: unknown) => void;
  /** Where a test ends the process. */
  readonly onStep?: OnViewStep;
}

const MAX_BACKOFF_MS = 30_000;

/**
 * Writes what the counters of views gathered to the databases, now and at every interval. Any number of processes may run it: a
 * batch counts once whoever dies with it in hands, at whatever step.
 */
export function startViewFlusher(options: ViewFlusherOptions): {
  /** Writes what was gathered, as far as it can be, and ends. */
  stop(): Promise<void>;
} {
  const { databases, repositories, counters, intervalMs, onError, onStep = () => undefined } = options;
  const writers: Record<string, (batch: CounterBatch) => Promise<void>> = {
    [PRODUCT_VIEWS]: (batch) => writeProductViews({ databases, ...repositories, onStep }, batch),
    [RECENTLY_VIEWED]: (batch) => writeRecentlyViewed({ databases, ...repositories, counters, onError, onStep }, batch),
  };
  const onLost = ({ counter, id }: CounterBatch) =>
    onError(new Error(`batch ${id} of the counter ${counter} expired before it could be written`));

  // One loop a counter: a database that is away holds up what goes there, and nothing else.
  const flushers = Object.entries(writers).map(([counter, write]) => {
    const flush = (signal?: AbortSignal) =>
      flushCounter({ store: counters, counter, write, onLost, onStep, ...(signal && { signal }) });
    return { flush, loop: startWakeLoop({ run: flush, intervalMs, maxBackoffMs: MAX_BACKOFF_MS, onError }) };
  });

  return {
    async stop() {
      await Promise.all(flushers.map(({ loop }) => loop.stop()));
      await Promise.all(flushers.map(({ flush }) => flush().catch(onError)));
    },
  };
}
