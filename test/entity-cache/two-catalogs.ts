import type { Cache } from '@tributary/runtime/cache/cache';
import { openCache } from '@tributary/runtime/cache/open-cache';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import type { Viewer } from '@tributary/runtime/viewer/viewer';
import { type CatalogOptions, startCatalogSubgraph } from '@tributary/subgraph-catalog/subgraph';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { CatalogScene } from '../kit/catalog-scene.ts';
import { callSubgraph, type SubgraphAnswer } from '../kit/subgraph-client.ts';

/** One of the two processes that share a Redis server. */
export type Instance = 'left' | 'right';

/** Opens a cache as a service does, on a Redis server of a test. */
export function openTestCache(redis: TestRedis, options: { waitMs?: number } = {}): Promise<Cache> {
  return openCache({
    ...options,
    url: redis.url,
    name: 'test',
    l1: { limitBytes: 8 * 1024 * 1024 },
    onNotice: () => undefined,
  });
}

/** The subgraph catalog twice, as two processes with a cache each over one Redis server, and once more without a cache. */
export class TwoCatalogs {
  /** Data, viewers and inputs; what it asks is asked of the catalog without a cache. */
  readonly scene: CatalogScene;
  readonly caches: Readonly<Record<Instance, Cache>>;
  readonly #urls: Readonly<Record<Instance, string>>;
  readonly #scope: Scope;

  private constructor(options: {
    scene: CatalogScene;
    caches: Record<Instance, Cache>;
    urls: Record<Instance, string>;
    scope: Scope;
  }) {
    this.scene = options.scene;
    this.caches = options.caches;
    this.#urls = options.urls;
    this.#scope = options.scope;
  }

  /** @param name names the databases, so that no two test files share any */
  static async start(name: string, options: Partial<CatalogOptions> = {}): Promise<TwoCatalogs> {
    const scope = new Scope();
    try {
      const redis = scope.own(await startTestRedis());
      const scene = scope.own(await CatalogScene.start(name));
      await scene.bed.test.waitForReplicas();
      const startOne = async (): Promise<{ cache: Cache; url: string }> => {
        const cache = scope.own(await openTestCache(redis));
        const { url } = scope.own(await startCatalogSubgraph({ ...scene.bed.options, cache, ...options }));
        return { cache, url };
      };
      const [left, right] = [await startOne(), await startOne()];
      return new TwoCatalogs({
        scene,
        caches: { left: left.cache, right: right.cache },
        urls: { left: left.url, right: right.url },
        scope,
      });
    } catch (error) {
      await scope.release();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#scope.release();
  }

  ask(
    instance: Instance,
    query: string,
    variables: Record<string, unknown> = {},
    viewer: Viewer | null = null,
  ): Promise<SubgraphAnswer> {
    return callSubgraph(this.#urls[instance], { subgraph: 'catalog', query, variables, viewer });
  }
}
