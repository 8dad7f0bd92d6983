import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { encodeId } from '@tributary/prisma/ids/typed-id';
import type { CounterBatch } from '@tributary/runtime/counters/counter-store';
import { createMemoryCounterStore } from '@tributary/runtime/counters/memory-counter-store';
import { openCounterStore } from '@tributary/runtime/counters/open-counter-store';
import { ProductRepository } from '@tributary/subgraph-catalog/product-repository';
import { ProductViewsRepository } from '@tributary/subgraph-catalog/product-views-repository';
import { RecentlyViewedRepository } from '@tributary/subgraph-catalog/recently-viewed-repository';
import { recordProductView } from '@tributary/subgraph-catalog/record-product-view';
import { PRODUCT_VIEWS, productViewChange } from '@tributary/subgraph-catalog/view-counters';
import { startViewFlusher, type ViewFlusherOptions } from '@tributary/subgraph-catalog/view-flusher';
import { writeProductViews } from '@tributary/subgraph-catalog/write-product-views';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { eventually } from '../kit/eventually.ts';
import { FlusherScene } from './flusher-scene.ts';

const END_TRANSACTIONS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()`;
const GATHERING = `tributary:{counters}:${PRODUCT_VIEWS}`;

let scene: FlusherScene;
beforeAll(async () => {
  scene = await FlusherScene.start('flusher_outages');
}, REDIS_START_LIMIT_MS);
afterAll(() => scene?.stop());

/** The flusher of a process that lives through all of a test, and what it was told of. */
function startFlusher(options: Partial<ViewFlusherOptions> = {}) {
  const { databases, counters } = scene;
  const errors: unknown[] = [];
  const repositories = {
    products: new ProductRepository(databases),
    productViews: new ProductViewsRepository(databases),
    recentlyViewed: new RecentlyViewedRepository(databases),
  };
  const onError = (error: unknown) => void errors.push(error);
  const flusher = startViewFlusher({ databases, repositories, counters, intervalMs: 20, onError, ...options });
  return { errors, stop: () => flusher.stop() };
}

async function viewWithoutUsers(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await scene.counters.add([productViewChange(scene.productIds[index % scene.productIds.length] ?? 0n)]);
  }
}

const untilCounted = (expected: number) =>
  eventually(
    () => scene.countedInAll(),
    (counted) => counted === expected,
  );

describe('a batch that is written twice', () => {
  it('counts once, one after the other and at the same time', async () => {
    const { databases, productIds } = scene;
    const productViews = new ProductViewsRepository(databases);
    const amounts = new Map(productIds.map((id) => [String(id), 3]));
    const batch: CounterBatch = { counter: PRODUCT_VIEWS, id: crypto.randomUUID(), amounts, isNewest: true };
    const before = await scene.countedInAll();
    const write = () => writeProductViews({ databases, productViews, onStep: () => undefined }, batch);
    await Promise.all([write(), write(), write()]);
    await write();
    expect(await scene.countedInAll()).toBe(before + 3 * productIds.length);
  });
});

describe('a flusher whose Redis fails', () => {
  it('counts nothing twice when Redis comes back with older data, and goes on with the next batch', async () => {
    const before = await scene.countedInAll();
    await scene.view(30);
    await scene.redis.run('COPY', GATHERING, 'snapshot');
    const flusher = startFlusher();
    await untilCounted(before + 30);
    await scene.redis.run('RENAME', 'snapshot', GATHERING);
    await eventually(
      () => scene.redis.run('KEYS', '*'),
      (keys) => Array.isArray(keys) && keys.length === 0,
    );
    expect(await scene.countedInAll()).toBe(before + 30);
    await scene.view(5);
    await untilCounted(before + 35);
    await flusher.stop();
    expect(flusher.errors).toEqual([]);
  });

  it('answers within the budget that a view is not known to be noted while Redis hangs, and resumes by itself', async () => {
    const counters = await openCounterStore({ url: scene.redis.url, budgetMs: 150, onNotice: () => undefined });
    const [productId = 0n] = scene.productIds;
    let attempts = 0;
    const view = () => {
      attempts += 1;
      return recordProductView({ counters, onError: () => undefined }, null, {
        productId: encodeId('product', productId),
      });
    };
    try {
      const before = await scene.countedInAll();
      await scene.redis.pause();
      const startMs = performance.now();
      for (let round = 0; round < 20; round++) expect(await view()).toBe(false);
      // The breaker opens after five: the others cost nothing.
      expect(performance.now() - startMs).toBeLessThan(20 * 150);
      scene.redis.resume();
      await eventually(view, (isNoted) => isNoted);
      const flusher = startFlusher();
      // Those that were on their way when Redis hung may have been gathered, too.
      const counted = await eventually(
        () => scene.countedInAll(),
        (count) => count > before,
      );
      await flusher.stop();
      expect(counted).toBeLessThanOrEqual(before + attempts);
    } finally {
      scene.redis.resume();
      await counters.close();
    }
  });

  it('loses with a Redis that keeps nothing on disk what had not been written, and resumes by itself', async () => {
    const flusher = startFlusher();
    const before = await scene.countedInAll();
    await scene.view(20);
    await untilCounted(before + 20);
    await flusher.stop();
    await scene.view(10);
    const later = startFlusher();
    // Whatever the flusher was about to do with these, they count once or are lost.
    await scene.redis.kill();
    await expect(scene.view(1)).rejects.toThrow();
    await scene.redis.start();
    const afterRestart = await eventually(
      () =>
        scene.view(1).then(
          () => true,
          () => false,
        ),
      (isGathered) => isGathered,
    );
    expect(afterRestart).toBe(true);
    const counted = await eventually(
      () => scene.countedInAll(),
      (count) => count === before + 21 || count === before + 31,
    );
    await later.stop();
    expect(await scene.countedInAll()).toBe(counted);
  });
});

describe('a flusher whose database is away', () => {
  it.each(['recorded', 'written', 'committed'] as const)(
    'counts once when it is lost after a batch was %s',
    async (lostAfter) => {
      const before = await scene.countedInAll();
      let isLost = false;
      const flusher = startFlusher({
        onStep: async (step) => {
          if (isLost || step !== lostAfter) return;
          isLost = true;
          await withConnection(scene.kit.adminUrlOf('catalog'), (admin) => admin.query(END_TRANSACTIONS));
          // After the commit there is no connection to lose: the answer to it is.
          if (step === 'committed') throw new Error('the connection was lost');
        },
      });
      // What users viewed last is written to other databases, by steps of the same names.
      await viewWithoutUsers(40);
      await untilCounted(before + 40);
      await flusher.stop();
      expect([isLost, flusher.errors.length]).toEqual([true, 1]);
      expect(await scene.countedInAll()).toBe(before + 40);
    },
  );

  const away = () => {
    const { databases } = scene;
    let isAway = true;
    const catalog = () => {
      if (isAway) throw new Error('the catalog is away');
      return databases.catalog();
    };
    const comeBack = () => {
      isAway = false;
    };
    return { databases: { ...databases, catalog }, comeBack };
  };

  it('keeps what was gathered and writes it once when the database is back', async () => {
    const { databases, comeBack } = away();
    const before = await scene.countedInAll();
    const flusher = startFlusher({ databases });
    await scene.view(40);
    await eventually(
      async () => flusher.errors.length,
      (count) => count >= 3,
    );
    expect(await scene.countedInAll()).toBe(before);
    comeBack();
    await untilCounted(before + 40);
    await flusher.stop();
  });

  it('gathers within its bound, and counts all that was acknowledged', async () => {
    const { databases, comeBack } = away();
    const counters = createMemoryCounterStore({ batchKeys: 2, waitingBatches: 2 });
    const before = await scene.countedInAll();
    const flusher = startFlusher({ databases, counters });
    const gathered: boolean[] = [];
    for (let round = 0; round < 3; round++) {
      for (const id of scene.productIds) gathered.push(...(await counters.add([productViewChange(id)])));
      await eventually(
        async () => flusher.errors.length,
        (count) => count > round,
      );
    }
    const acknowledged = gathered.filter(Boolean).length;
    expect(acknowledged).toBeLessThan(gathered.length);
    comeBack();
    await untilCounted(before + acknowledged);
    await flusher.stop();
    expect(await scene.countedInAll()).toBe(before + acknowledged);
  });
});
