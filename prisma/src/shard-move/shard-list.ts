import { USER_LOGICAL_SHARD_COUNT } from '../shard-map/shard-map.ts';

/**
 * Reads logical shards as people write them: `0-99,200`. Returns them ascending, each once.
 * @throws RangeError for anything else, or for what is not within 0 and 1022.
 */
export function parseShardList(text: string): number[] {
  const shards = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*$/.exec(part);
    const from = Number(match?.[1] ?? Number.NaN);
    const to = Number(match?.[2] ?? from);
    if (!(from <= to && to < USER_LOGICAL_SHARD_COUNT)) {
      throw new RangeError(
        `"${part.trim()}" is no list of logical shards such as 0-99,200, each within 0 and ${USER_LOGICAL_SHARD_COUNT - 1}`,
      );
    }
    for (let shard = from; shard <= to; shard += 1) shards.add(shard);
  }
  return [...shards].sort((left, right) => left - right);
}

/** Writes ascending logical shards as `0-99,200`. */
export function formatShardList(shards: readonly number[]): string {
  const ranges: { from: number; to: number }[] = [];
  for (const shard of shards) {
    const last = ranges.at(-1);
    if (last !== undefined && last.to === shard - 1) last.to = shard;
    else ranges.push({ from: shard, to: shard });
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
