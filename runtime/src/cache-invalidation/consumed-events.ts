import { defineConsumer } from '../events/consumer.ts';
import { cacheInvalidated } from './events.ts';

/** Shared by all services: their caches agree on tags, so it is enough that one of them is told. */
export const consumer = defineConsumer({
  queue: 'cache-invalidation',
  events: { CacheInvalidated: cacheInvalidated },
});
