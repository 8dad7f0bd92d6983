import { describe, expect, it } from '@jest/globals';
import { createCache } from '../cache/create-cache.ts';
import { createMemoryCoordination } from '../cache/memory-coordination.ts';
import { measureCache } from './cache-metrics.ts';
import { Metrics } from './metrics.ts';

const failOnErrors = (error: unknown): void => {
  throw error;
};

function measure() {
  const metrics = new Metrics(failOnErrors);
  const lines = async () => (await metrics.text()).split('\n').filter((line) => /^tributary_.* [^0]/.test(line));
  return { measuring: measureCache(metrics), lines };
}

describe('the metrics of a cache', () => {
  it('tell kinds of values apart, whatever order their keys come in', async () => {
    const { measuring, lines } = measure();
    const { onLookUp } = measuring.observer;
    for (const id of [1, 2]) {
      onLookUp?.(`catalog:1a2b:product:${id}`, { tier: 'local', outcome: 'hit' });
      onLookUp?.(`catalog:1a2b:category:${id}`, { tier: 'shared', outcome: 'miss' });
    }
    measuring.observer.onFill?.('catalog:1a2b:category:1', { outcome: 'stored' });
    expect(await lines()).toEqual([
      'tributary_cache_lookups_total{keyspace="product",tier="local",outcome="hit"} 2',
      'tributary_cache_lookups_total{keyspace="category",tier="shared",outcome="miss"} 2',
      'tributary_cache_fills_total{keyspace="category",outcome="stored"} 1',
    ]);
  });

  it('call what has no kind other', async () => {
    const { measuring, lines } = measure();
    measuring.observer.onLookUp?.('loose', { tier: 'local', outcome: 'miss' });
    expect(await lines()).toEqual(['tributary_cache_lookups_total{keyspace="other",tier="local",outcome="miss"} 1']);
  });

  it('show a breaker as open while nothing is asked of its store', async () => {
    const { measuring, lines } = measure();
    const away = () => Promise.reject(new Error('away'));
    const cache = createCache({
      values: { getMany: away, setMany: away, deleteMany: away, close: async () => undefined },
      coordination: createMemoryCoordination({ leaseMs: 1_000 }),
      l1: { limitBytes: 1_000 },
      failuresToOpen: 1,
      ...measuring,
    });
    const isOpen = 'tributary_cache_breaker_open{store="values"} 1';
    expect(await lines()).not.toContain(isOpen);
    const isValue = (stored: unknown): stored is number => typeof stored === 'number';
    await cache.getOrFill('catalog:1a2b:product:1', async () => 1, { ttlMs: 1_000, isValue });
    expect(await lines()).toContain(isOpen);
    await cache.close();
  });
});
