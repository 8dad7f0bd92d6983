import type { Databases } from '@tributary/prisma/clients/databases';
import type { CounterBatch, CounterStore } from '@tributary/runtime/counters/counter-store';
import type { ProductRepository } from './product-repository.ts';
import type { ProductView, RecentlyViewedRepository } from './recently-viewed-repository.ts';
import { RECENTLY_VIEWED, recentlyViewedChange, recentlyViewedOf } from './view-counters.ts';
import type { OnViewStep } from './view-step.ts';

/** How many products of a user are kept. */
export const KEPT_PRODUCTS = 50;

const TRANSACTION_LIMIT_MS = 30_000;

export interface RecentlyViewedDependencies {
  readonly databases: Databases;
  readonly products: ProductRepository;
  readonly recentlyViewed: RecentlyViewedRepository;
  readonly counters: CounterStore;
  readonly onError: (error: unknown) => void;
  readonly onStep: OnViewStep;
}

/**
 * Writes a batch to the shards of its users, each shard in a transaction. Writing it again changes nothing, so it needs no
 * record; and what a shard that is away, or is moving, could not take is gathered anew, and keeps no other shard waiting.
 */
export async function writeRecentlyViewed(
  dependencies: RecentlyViewedDependencies,
  { amounts }: CounterBatch,
): Promise<void> {
  const { databases, products, counters, onError, onStep } = dependencies;
  const views = recentlyViewedOf(amounts);
  const existing = new Set(await products.findExisting([...new Set(views.map(({ productId }) => productId))]));
  const ofExisting = views.filter(({ productId }) => existing.has(productId));
  const groups = [...Map.groupBy(ofExisting, ({ userId }) => databases.databaseNameOf(userId))];
  const outcomes = await Promise.allSettled(groups.map(([database, group]) => writeTo(dependencies, database, group)));

  const unwritten = outcomes.flatMap((outcome, index) => {
    if (outcome.status === 'fulfilled') return [];
    const [database, group = []] = groups[index] ?? [];
    onError(new Error(`recently viewed products cannot be written to ${database} yet`, { cause: outcome.reason }));
    return group;
  });
  const gathered = await counters.add(unwritten.map(recentlyViewedChange));
  const dropped = gathered.filter((isGathered) => !isGathered).length;
  if (dropped > 0) onError(new Error(`the counter ${RECENTLY_VIEWED} is full: ${dropped} views are dropped`));
  await onStep('committed');
}

async function writeTo(
  { databases, recentlyViewed, onStep }: RecentlyViewedDependencies,
  database: string,
  views: readonly ProductView[],
): Promise<void> {
  await databases.shardNamed(database).$transaction(
    async (tx) => {
      await recentlyViewed.write(tx, views);
      await recentlyViewed.trim(tx, [...new Set(views.map(({ userId }) => userId))], KEPT_PRODUCTS);
      await onStep('written');
    },
    { timeout: TRANSACTION_LIMIT_MS },
  );
}
