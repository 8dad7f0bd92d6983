import type { OperationLimits } from './operation-limits.ts';

/** How much there is of what is limited; tokens are counted by the parser. */
export type OperationSize = Record<Exclude<keyof OperationLimits, 'tokens'>, number>;

/** Counts stop here, where every limit has been exceeded long ago; products of two of them are still exact. */
export const SATURATED_SIZE = 10_000_000;

/** A size that has the same everywhere. */
export function uniformSize(count: number): OperationSize {
  return {
    depth: count,
    fields: count,
    typedFields: count,
    fragments: count,
    aliases: count,
    rootFields: count,
    directives: count,
  };
}

/** Adds what is selected besides: counts add up, and the depth is that of the deeper one. */
export function addSize(size: OperationSize, part: Partial<OperationSize>): void {
  const { depth = 0, fields = 0, typedFields = 0, fragments = 0, aliases = 0, rootFields = 0, directives = 0 } = part;
  size.depth = Math.max(size.depth, saturate(depth));
  size.fields = saturate(size.fields + fields);
  size.typedFields = saturate(size.typedFields + typedFields);
  size.fragments = saturate(size.fragments + fragments);
  size.aliases = saturate(size.aliases + aliases);
  size.rootFields = saturate(size.rootFields + rootFields);
  size.directives = saturate(size.directives + directives);
}

/** A count as it may be shown: none where it was not counted to its end. */
export function shownCount(count: number): number | undefined {
  return count < SATURATED_SIZE ? count : undefined;
}

function saturate(count: number): number {
  return Math.min(count, SATURATED_SIZE);
}
