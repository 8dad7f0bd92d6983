import { flushCompileCache } from 'node:module';
import { readDatabasesFile } from '@tributary/prisma/topology/topology';
import { openCounterStore } from '@tributary/runtime/counters/open-counter-store';
import { ProductRepository } from '@tributary/subgraph-catalog/product-repository';
import { ProductViewsRepository } from '@tributary/subgraph-catalog/product-views-repository';
import { RecentlyViewedRepository } from '@tributary/subgraph-catalog/recently-viewed-repository';
import { startViewFlusher } from '@tributary/subgraph-catalog/view-flusher';
import { openTestDatabases } from '../kit/open-test-databases.ts';

/**
 * The flusher of the catalog in a process of its own:
 * `node flusher-process.ts DATABASES_FILE REDIS_URL CLAIM_MS [STEP COUNT]`. With a step it kills itself when it gets there the
 * COUNT-th time. It says `flushing` when it begins.
 */
const [databasesFile = '', url, claimText, fatalStep, countText] = process.argv.slice(2);
const config = await readDatabasesFile(databasesFile);
const databases = await openTestDatabases(config, 'flusher');
const counters = await openCounterStore({ url, claimMs: Number(claimText), onNotice: () => undefined });
const repositories = {
  products: new ProductRepository(databases),
  productViews: new ProductViewsRepository(databases),
  recentlyViewed: new RecentlyViewedRepository(databases),
};

// Otherwise Node keeps what it compiled when a process ends, which this one never does by itself: dozens of it start in a run.
flushCompileCache();

let stepsLeft = Number(countText);
console.log('flushing');
startViewFlusher({
  databases,
  repositories,
  counters,
  intervalMs: 20,
  onError: (error) => console.error(error),
  onStep: async (step) => {
    if (step !== fatalStep) return;
    stepsLeft -= 1;
    if (stepsLeft > 0) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  },
});
