import type { StalenessReport } from './staleness.ts';
import type { TierRate } from './tier-rates.ts';
import type { TrafficReport } from './traffic-recorder.ts';

/** One run of the traffic, and what it cost the databases. */
export interface CachesRun {
  readonly title: string;
  readonly statements: number;
  readonly traffic: TrafficReport;
  readonly staleness: StalenessReport;
  /** Empty where nothing was cached. The warm-up is part of them. */
  readonly tierRates: readonly TierRate[];
}

/** Whatever a run with caches, or without, must not do; empty when it did not. */
export function brokenPromises({ title, traffic, staleness }: CachesRun): string[] {
  const { failures } = traffic;
  const { beyondBound } = staleness;
  return [
    ...(failures > 0 ? [`${title}: ${failures} requests failed`] : []),
    ...(beyondBound > 0 ? [`${title}: ${beyondBound} values were stale beyond the bound`] : []),
  ];
}

/** The report for people. */
export function toMarkdown(
  runs: readonly CachesRun[],
  { boundMs, circumstances }: { boundMs: number; circumstances: readonly string[] },
): string {
  return [
    '# Caches',
    '',
    "Readers and writers of products by a Zipf law, over two gateways. Statements are those that requests caused, from the servers' own",
    `statistics. A value counts as stale when a write that replaced it was acknowledged before its reader asked; the bound is ${boundMs} ms.`,
    '',
    '| | statements/1,000 requests | reads | writes | failures | read p50 ms | read p99 ms | values looked at | stale | stalest ms | beyond the bound |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...runs.map(row),
    '',
    ...runs.flatMap(tierTable),
    ...circumstances.map((line) => `- ${line}`),
    '',
  ].join('\n');
}

function row({ title, statements, traffic, staleness }: CachesRun): string {
  const { reads, writes, failures, readP50Ms, readP99Ms } = traffic;
  const { values, stale, longestMs, beyondBound } = staleness;
  const cells = [
    title,
    ((statements / (reads + writes)) * 1_000).toFixed(0),
    ...[reads, writes, failures],
    ...[readP50Ms, readP99Ms].map((ms) => ms.toFixed(1)),
    ...[values, stale, longestMs.toFixed(0), beyondBound],
  ];
  return `| ${cells.join(' | ')} |`;
}

function tierTable({ title, tierRates }: CachesRun): string[] {
  if (tierRates.length === 0) return [];
  return [
    `Look-ups in the tiers of each service's cache, ${title} (a look-up in the shared tier is a miss of the local one):`,
    '',
    '| | look-ups | hit | stale | miss |',
    '|---|--:|--:|--:|--:|',
    ...tierRates.map(({ service, tier, hit, stale, miss }) => {
      const all = hit + stale + miss;
      const shares = [hit, stale, miss].map((count) => (all === 0 ? '-' : `${((count / all) * 100).toFixed(1)} %`));
      return `| ${[`${service}, ${tier}`, all, ...shares].join(' | ')} |`;
    }),
    '',
  ];
}
