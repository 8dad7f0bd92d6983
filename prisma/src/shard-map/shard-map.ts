import { z } from 'zod';
import { CATALOG_LOGICAL_SHARD } from '../ids/id.ts';
import { ShardMapError } from './shard-map-error.ts';

/** The logical shards `from` to `to`, both included, live in `database`. */
export interface ShardRange {
  readonly from: number;
  readonly to: number;
  readonly database: string;
}

/** Users live on the logical shards below this; the one after them is the catalog's. */
export const USER_LOGICAL_SHARD_COUNT = CATALOG_LOGICAL_SHARD;

const logicalShard = z
  .int()
  .min(0)
  .max(USER_LOGICAL_SHARD_COUNT - 1);
const rangesSchema = z.array(z.strictObject({ from: logicalShard, to: logicalShard, database: z.string().min(1) }));

/** One version of where each logical shard of users lives. It never changes: a move makes the next version. */
export class ShardMap {
  readonly version: number;
  /** Sorted, and as few as describe the map. */
  readonly ranges: readonly ShardRange[];
  readonly #databases: readonly string[];

  private constructor(version: number, databases: readonly string[]) {
    this.version = version;
    this.ranges = toRanges(databases);
    this.#databases = databases;
  }

  /**
   * Reads the ranges of a map as the catalog keeps them.
   * @throws ShardMapError unless every logical shard of users is mapped exactly once; it lists the gaps and the overlaps
   */
  static parse(version: number, ranges: unknown): ShardMap {
    const parsed = rangesSchema.safeParse(ranges);
    if (!parsed.success) throw new ShardMapError(`shard map ${version}: ${z.prettifyError(parsed.error)}`);
    return new ShardMap(version, assignEveryShard(version, parsed.data));
  }

  /**
   * The first map: contiguous ranges of nearly the same length, in the order of the names.
   * @throws ShardMapError when there is no database
   */
  static spreadEvenly(databaseNames: readonly string[]): ShardMap {
    const count = databaseNames.length;
    const startOf = (index: number) => Math.floor((index * USER_LOGICAL_SHARD_COUNT) / count);
    return ShardMap.parse(
      1,
      databaseNames.map((database, index) => ({ from: startOf(index), to: startOf(index + 1) - 1, database })),
    );
  }

  /**
   * The database a logical shard lives in.
   * @throws RangeError unless it is a logical shard of users, 0 to 1022
   */
  databaseOf(logicalShard: number): string {
    const database = this.#databases[logicalShard];
    if (database === undefined) throw new RangeError(`${logicalShard} is not a logical shard of users`);
    return database;
  }

  /** The databases that hold at least one logical shard, in the order of their first. */
  databaseNames(): string[] {
    return [...new Set(this.#databases)];
  }

  /** The logical shards that live in a database, ascending; none for a database the map does not name. */
  logicalShardsOf(database: string): number[] {
    return this.#databases.flatMap((owner, shard) => (owner === database ? [shard] : []));
  }

  /**
   * The next version of the map, in which some logical shards live in another database.
   * @throws RangeError for a logical shard that is not of users
   */
  withMoved(logicalShards: readonly number[], database: string): ShardMap {
    const databases = [...this.#databases];
    for (const shard of logicalShards) {
      this.databaseOf(shard);
      databases[shard] = database;
    }
    return new ShardMap(this.version + 1, databases);
  }
}

function assignEveryShard(version: number, ranges: readonly ShardRange[]): string[] {
  const problems: string[] = [];
  const ordered = ranges.toSorted((one, other) => one.from - other.from);
  const databases: string[] = [];
  for (const { from, to, database } of ordered) {
    if (to < from) problems.push(`${from} to ${to} (${database}) is no range`);
    if (from > databases.length) problems.push(`${describeRange(databases.length, from - 1)} mapped nowhere`);
    if (from < databases.length) {
      problems.push(`${describeRange(from, Math.min(to, databases.length - 1))} mapped twice`);
    }
    for (let shard = databases.length; shard <= to; shard += 1) databases.push(database);
  }
  if (databases.length < USER_LOGICAL_SHARD_COUNT) {
    problems.push(`${describeRange(databases.length, USER_LOGICAL_SHARD_COUNT - 1)} mapped nowhere`);
  }
  if (problems.length > 0) throw new ShardMapError(`shard map ${version}: ${problems.join('; ')}`);
  return databases;
}

function describeRange(from: number, to: number): string {
  return from === to ? `logical shard ${from} is` : `logical shards ${from} to ${to} are`;
}

function toRanges(databases: readonly string[]): ShardRange[] {
  const starts = databases.flatMap((database, shard) =>
    database === databases[shard - 1] ? [] : [{ shard, database }],
  );
  return starts.map(({ shard, database }, index) => ({
    from: shard,
    to: (starts[index + 1]?.shard ?? databases.length) - 1,
    database,
  }));
}
