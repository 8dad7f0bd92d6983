/** How many a second, summed over processes, by labels. */
export function rateBy(labels: string, counter: string): string {
  return `sum by (${labels}) (rate(${counter}[$__rate_interval]))`;
}

/** How many a second, over all processes. */
export function rate(counter: string): string {
  return `sum(rate(${counter}[$__rate_interval]))`;
}

/**
 * A quantile of a histogram over all processes, by labels.
 * @param histogram its name without `_bucket`
 * @param labels comma-separated; none for one line
 */
export function quantile(share: number, histogram: string, labels = ''): string {
  const by = labels === '' ? 'le' : `le, ${labels}`;
  return `histogram_quantile(${share}, ${rateBy(by, `${histogram}_bucket`)})`;
}

/** The quantiles by which a latency is judged, as queries. */
export function quantiles(histogram: string): { expr: string; legend: string }[] {
  return [0.5, 0.95, 0.99].map((share) => ({ expr: quantile(share, histogram), legend: `p${share * 100}` }));
}
