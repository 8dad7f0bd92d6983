import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Databases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import type { CounterStore } from '@tributary/runtime/counters/counter-store';
import { openCounterStore } from '@tributary/runtime/counters/open-counter-store';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { productViewChange, recentlyViewedChange } from '@tributary/subgraph-catalog/view-counters';
import type { ViewStep } from '@tributary/subgraph-catalog/view-step';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { openTestDatabases } from '../kit/open-test-databases.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const PROGRAM = fileURLToPath(new URL('flusher-process.ts', import.meta.url));
/** Short, so that what a dead flusher left is taken over within a test. */
const CLAIM_MS = 500;
const PRODUCTS = 12;
/** Long: here every view has to be acknowledged. */
const BUDGET_MS = 30_000;

/** A flusher in a process of its own. */
export interface FlusherProcess {
  kill(): void;
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
}

/** Products, a Redis, and views of which it is known how many were acknowledged. */
export class FlusherScene {
  readonly kit: TestDatabases;
  readonly databases: Databases;
  readonly redis: TestRedis;
  readonly counters: CounterStore;
  readonly productIds: readonly bigint[];
  readonly userIds: readonly bigint[];
  /** How many views of each product were acknowledged, by its id. */
  readonly acknowledged = new Map<bigint, number>();
  readonly #scope: Scope;
  #viewedAtMs = 1_780_000_000_000;

  private constructor(parts: {
    kit: TestDatabases;
    databases: Databases;
    redis: TestRedis;
    counters: CounterStore;
    productIds: readonly bigint[];
    userIds: readonly bigint[];
    scope: Scope;
  }) {
    this.kit = parts.kit;
    this.databases = parts.databases;
    this.redis = parts.redis;
    this.counters = parts.counters;
    this.productIds = parts.productIds;
    this.userIds = parts.userIds;
    this.#scope = parts.scope;
  }

  static async start(name: string): Promise<FlusherScene> {
    const scope = new Scope();
    try {
      const redis = scope.own(await startTestRedis());
      const kit = scope.own(await startTestDatabases({ name }));
      const databases = scope.own(await openTestDatabases(kit.config, name));
      const counters = scope.own(
        await openCounterStore({ url: redis.url, claimMs: CLAIM_MS, budgetMs: BUDGET_MS, onNotice: () => undefined }),
      );
      const productIds = await databases.newIds(CATALOG_LOGICAL_SHARD, PRODUCTS);
      await databases.catalog().product.createMany({
        data: productIds.map((id) => {
          return {
            id,
            merchantId: 1n,
            categoryId: 1n,
            title: '',
            description: '',
            priceMinor: 1n,
            currency: 'EUR',
            weightGrams: 1,
          };
        }),
      });
      const userIds = [...(await databases.newIds(1, 2)), ...(await databases.newIds(1_000, 2))];
      return new FlusherScene({ kit, databases, redis, counters, productIds, userIds, scope });
    } catch (error) {
      await scope.release();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#scope.release();
  }

  /** One view each of `count` products in turn, by users in turn. */
  async view(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const productId = this.productIds[index % PRODUCTS] ?? 0n;
      const userId = this.userIds[index % this.userIds.length] ?? 0n;
      this.#viewedAtMs += 1;
      const gathered = await this.counters.add([
        productViewChange(productId),
        recentlyViewedChange({ userId, productId, viewedAtMs: this.#viewedAtMs }),
      ]);
      if (gathered[0]) this.acknowledged.set(productId, (this.acknowledged.get(productId) ?? 0) + 1);
    }
  }

  /** @param fatal the step at which it kills itself, when it gets there the `count`-th time */
  startFlusher(fatal?: { step: ViewStep; count: number }): FlusherProcess {
    const args = [PROGRAM, this.kit.configFile, this.redis.url, String(CLAIM_MS)];
    if (fatal) args.push(fatal.step, String(fatal.count));
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const kill = () => void child.kill('SIGKILL');
    const flusher = { kill, ended: once(child, 'exit').then(([, signal]) => signal) };
    return flusher;
  }

  /** What the catalog counts, by product. */
  async counted(): Promise<Map<bigint, number>> {
    const rows = await this.databases.catalog().$primary().productViews.findMany();
    return new Map(rows.map(({ productId, count }) => [productId, Number(count)]));
  }

  async countedInAll(): Promise<number> {
    return [...(await this.counted()).values()].reduce((sum, count) => sum + count, 0);
  }

  acknowledgedInAll(): number {
    return [...this.acknowledged.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Lets a flusher that nobody kills write all there is, until Redis has nothing left. */
  async flushTheRest(): Promise<void> {
    const survivor = this.startFlusher();
    try {
      await eventually(
        () => this.redis.run('KEYS', '*'),
        (keys) => Array.isArray(keys) && keys.length === 0,
        { limitMs: 30_000 },
      );
    } finally {
      survivor.kill();
      await survivor.ended;
    }
  }
}
