import type { LoaderBatchRecord } from '../request/request-work.ts';
import type { Metrics } from './metrics.ts';
import type { Observations } from './observations.ts';

/** Measures the batches of loaders. Returns what has to be told of those of each request. */
export function measureBatches(metrics: Metrics): (batches: readonly LoaderBatchRecord[]) => void {
  const histogram = metrics.histogram('tributary_loader_batch_keys');
  const byLoader = new Map<string, Observations>();

  function sizesOf(loader: string): Observations {
    const known = byLoader.get(loader);
    if (known) return known;
    const sizes = histogram.of({ loader });
    byLoader.set(loader, sizes);
    return sizes;
  }

  return (batches) => {
    for (const { loader, keys } of batches) sizesOf(loader).observe(keys);
  };
}
