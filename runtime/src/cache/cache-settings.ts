/** How a service caches. */
export interface CacheSettings {
  /** Of the store of values; undefined keeps them in this process. */
  readonly url: string | undefined;
  /** Where processes agree on what is still true; undefined takes the store of values, or the catalog, where they can. */
  readonly coordinationUrl: string | undefined;
  /** What the local tier may take, in bytes of encoded values. */
  readonly localLimitBytes: number;
  /** How long a fill of another process is waited for before it runs here, too. Default 1,000. */
  readonly waitMs?: number;
  /** How long one call to a store may take until it counts as failed. Default 150. */
  readonly budgetMs?: number;
}
