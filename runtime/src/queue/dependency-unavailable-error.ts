/** What processes share their caches through cannot be reached, or refuses to be written to, for now. */
export class CacheUnavailableError extends Error {
  override readonly name = 'CacheUnavailableError';
  readonly code = 'CACHE_UNAVAILABLE';
}
