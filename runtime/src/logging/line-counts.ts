import type { Logger } from './logger.ts';

/** How many lines a logger and its children have written, by level. */
export type LineCounts = ReadonlyMap<string, number>;

/** A logger has nowhere to keep more than its lines. */
const countsByLogger = new WeakMap<Logger, LineCounts>();

/** Says where the lines of a logger are counted. */
export function keepLineCounts(logger: Logger, counts: LineCounts): void {
  countsByLogger.set(logger, counts);
}

/** What a logger of `createLogger` has written; nothing for its children, whose lines are its own. */
export function lineCountsOf(logger: Logger): LineCounts {
  return countsByLogger.get(logger) ?? new Map();
}
