import type { FillTicket } from './coordination.ts';
import type { FailedReading } from './failed-reading.ts';
import type { Positions } from './positions.ts';

export interface FillContext {
  /**
   * Where a replica has to be to be read by this fill; a database that isn't named may be read anywhere. While the shared tier
   * is away none is named: what is read then on a replica that lags is shown no longer than the local tier keeps it.
   */
  readonly minimumPositions: Positions;
}

/** Reads the value of one key; undefined says that there is none. */
export type Fill<T> = (context: FillContext) => Promise<T | undefined>;

/** Reads the values of many keys at once; a key that it leaves out has none, and one may fail without the others. */
export type FillMissing<T> = (
  keys: readonly string[],
  context: FillContext,
) => Promise<ReadonlyMap<string, T | FailedReading>>;

/** What is only known of an entry when its value is. */
export interface Description {
  readonly tags?: readonly string[];
  /** 0 keeps the value nowhere. */
  readonly ttlMs?: number;
}

export interface EntryRules<T> {
  /** How long a value is fresh; each entry's time is up to a tenth shorter, so that what was filled together ends apart. */
  readonly ttlMs: number;
  /** How long after that it is served while it is refreshed. Default 0. */
  readonly staleMs?: number;
  /** How long after its freshness it is served when the fill fails. Default `staleMs`. */
  readonly staleIfErrorMs?: number;
  /** How long it is known that there is no value. Default a tenth of `ttlMs`. */
  readonly missingTtlMs?: number;
  /** Tells a value from what an earlier release may have left under the same key; what it refuses is a miss. */
  readonly isValue: (stored: unknown) => stored is T;
  readonly describe?: (value: T) => Description;
  /**
   * The names of a value's own fields, all of them, where values are rows: they are stored without the names then, in a fifth to a
   * quarter less. Keys have to change when the fields do.
   */
  readonly fields?: readonly string[];
}

export interface EntryOptions<T> extends EntryRules<T> {
  /** The tags that are known before the value is. */
  readonly tags?: readonly string[];
}

export interface ManyOptions<T> extends EntryRules<T> {
  /** The tags of a key that are known before its value is. */
  readonly tagsOf?: (key: string) => readonly string[];
  /** Told of each key whose fill failed, which then has no value; without it, one that failed fails the whole call. */
  readonly onFailure?: (key: string, error: unknown) => void;
}

export interface InvalidationRequest {
  readonly keys?: readonly string[];
  readonly tags?: readonly string[];
  /** Where the write was committed: fills that follow read nothing older. */
  readonly positions?: Positions;
}

/** A write that has begun, for {@link Cache.write}. */
export interface WriteTicket {
  readonly ticket: FillTicket;
}

export interface WriteRequest<T> extends InvalidationRequest {
  /** By which rules the new values are kept: those by which they are looked up. */
  readonly rules: ManyOptions<T>;
}

/**
 * A cache of two tiers that fills itself. Values are shared between callers: nobody may change one.
 *
 * The longest that a look-up answers what was read before an invalidation, counted from when that resolved:
 *
 * - in the process that invalidated: not at all; in all others a message's way.
 * - A message is lost, or the subscription hangs: the local tier's `maxAgeMs` (2 s), as the shared tier compares versions.
 * - The stores are gone or hang: `maxAgeMs` as well, as nothing is kept for longer while nobody can be asked. An invalidation
 *   rejects meanwhile, and counts from when it was repeated. What is filled then may be read on any replica, and is as much older
 *   as that lags.
 * - The stores come back empty: what was kept counts as untrue. For `REPLICA_LAG_LIMIT_MS` (10 s) nobody knows how far replicas
 *   have to be; what is filled then is kept to the end of that time at most.
 * - The stores come back with older data, from a snapshot or a replica that lacked the last invalidations: what those made untrue
 *   may be answered until its time to live is up. Keep the cache's Redis without snapshots.
 *
 * A value that is only past its time to live, not invalidated, is answered for `staleMs` more while it is refreshed, and for
 * `staleIfErrorMs` when it can't be.
 */
export interface Cache {
  /**
   * The value of a key, from the nearest tier, else from `fill`; undefined when there is none. One fill runs at a time for a
   * key, in this process and across processes; the caller's own fill may then not run at all.
   * @throws what the fill throws, when no stale value may stand in
   */
  getOrFill<T>(key: string, fill: Fill<T>, options: EntryOptions<T>): Promise<T | undefined>;
  /** The same for many keys, which share one round trip and one fill of what is missing. Keys without a value are left out. */
  getManyOrFill<T>(
    keys: readonly string[],
    fillMissing: FillMissing<T>,
    options: ManyOptions<T>,
  ): Promise<Map<string, T>>;
  /**
   * The fresh value that this process has at hand: no store is asked, nothing is filled and nobody waits. A key without a value
   * is not told from one that is not here.
   * @param isValue as in {@link EntryRules}
   */
  peek<T>(key: string, isValue: (stored: unknown) => stored is T): T | undefined;
  /**
   * The value that the shared tier has, as old as it may be where a fill fails: for those who don't wait for a fill that is under
   * way. Nothing is filled, and a store that is away has nothing.
   */
  getKept<T>(key: string, options: EntryOptions<T>): Promise<T | undefined>;
  /**
   * Makes entries untrue, by key and by tag, in all tiers of all processes. Call it after the commit.
   * @throws when the other processes could not be told. Call it again then (an outbox does): until it has succeeded they may
   * serve what was before.
   */
  invalidate(request: InvalidationRequest): Promise<void>;
  /**
   * Resolves when this process has been told of every invalidation that had resolved before, in whatever process: who is answered
   * after that and asks here again sees no older state. While messages cannot be relied on it empties the local tier instead.
   * On a cluster, whose nodes pass messages on side by side, an invalidation through another node may still be under way.
   * Never rejects; costs one round trip.
   */
  catchUp(): Promise<void>;
  /**
   * Takes a ticket for {@link write}; call it before the transaction begins. Costs one round trip, and never rejects: without
   * the shared tier the write will invalidate and store nothing.
   */
  beginWrite(): Promise<WriteTicket>;
  /**
   * Write-through, after the commit: invalidates the keys of `values` and what `request` names as {@link invalidate} does, and
   * stores the new values in the same step, so that the next reader finds them. They are not stored when somebody else
   * invalidated one of their tags since the ticket was taken, or when the ticket is older than a lease lasts: then only the
   * transaction's own reading is out of date, and the next look-up fills.
   * @param values as the transaction itself wrote or read them, on the primary
   * @throws as {@link invalidate} does; that a value could not be stored is no error
   */
  write<T>(ticket: WriteTicket, values: ReadonlyMap<string, T>, request: WriteRequest<T>): Promise<void>;
  /** Ends the subscription and waits for refreshes that are under way. What it was given stays open. */
  close(): Promise<void>;
}
