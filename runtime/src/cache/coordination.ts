import type { Positions } from './positions.ts';

/**
 * When a tag was last invalidated, as a number that only grows over all tags and processes. An entry carries the versions of
 * its tags, and is true as long as they are the current ones.
 */
export type Version = number;

/** Where the versions of all tags stood at some time. Only the coordination that told it can read it. */
export type Moment = readonly string[];

/** A fill that wants to begin. `tags` are those known before it, its key's own included. */
export interface FillRequest {
  readonly key: string;
  readonly tags: readonly string[];
}

/** What a fill needs to know, and to hand in when it ends. */
export interface FillTicket {
  readonly key: string;
  /** Where versions stood before the fill began. */
  readonly beganAt: Moment;
  /** Where replicas have to be before the fill may read them: the invalidations of its tags said so. */
  readonly minimumPositions: Positions;
  /** The token of the lease on the key, or undefined while another filler holds it. */
  readonly lease: string | undefined;
}

/** A fill that has a value, and now knows all its tags, its key's own included. */
export interface FinishedFill {
  readonly ticket: FillTicket;
  readonly tags: readonly string[];
  /** How long the entry may be kept: the versions of its tags are remembered for as long. */
  readonly lifetimeMs: number;
}

/**
 * What became of a fill: only a `current` one may be stored, with the versions of its tags, in their order, for `lifetimeMs`: less
 * than was asked for when versions were lost a short while ago, and with them how far replicas had to be. What was read since may
 * be older than somebody has seen, so it is kept no longer than replicas may lag behind the loss.
 */
export type FillVerdict =
  | { readonly outcome: 'current'; readonly versions: readonly Version[]; readonly lifetimeMs: number }
  /** A tag asks for positions which the fill was not told of: what it read may be older than what its caller has seen. */
  | { readonly outcome: 'behind'; readonly positions: Positions }
  /** A tag was invalidated after the fill began. */
  | { readonly outcome: 'overtaken' }
  | { readonly outcome: 'lease-lost' };

export interface Invalidation {
  readonly tags: readonly string[];
  /** Where a replica has to be to show what was written. */
  readonly positions: Positions;
}

/** A write that was committed, and the entries that its transaction knows to be true. */
export interface FinishedWrite {
  /** Taken before the transaction began. */
  readonly ticket: FillTicket;
  readonly invalidation: Invalidation;
  readonly entries: readonly Pick<FinishedFill, 'tags' | 'lifetimeMs'>[];
}

export interface InvalidationListener {
  /** Tags were invalidated, by any process, this one included. */
  onInvalidated(tags: readonly string[]): void;
  /** Messages may have been missed: the subscription was interrupted and is back. */
  onGap(): void;
}

export interface Subscription {
  close(): Promise<void>;
}

/**
 * What processes agree on: versions of tags, leases to fill, and messages about invalidations.
 *
 * It forgets safely. A tag without a version makes every entry that bears it untrue, and a fill whose lease is gone is thrown
 * away, so whatever is lost costs a fill and shows nothing stale.
 */
export interface Coordination {
  /** The current versions in the order of `tags`, undefined where there is none. One round trip for all. */
  versionsOf(tags: readonly string[]): Promise<(Version | undefined)[]>;
  /**
   * Hands out a ticket for each fill, with a lease where nobody else holds one: after Nishtala et al., "Scaling Memcache at
   * Facebook" (NSDI 2013). A lease ends by itself, so that a filler that died blocks nobody for ever.
   */
  beginFills(requests: readonly FillRequest[]): Promise<FillTicket[]>;
  /** Judges fills that have a value, and remembers the versions of the tags of those that are current. Leases go on. */
  finishFills(fills: readonly FinishedFill[]): Promise<FillVerdict[]>;
  /** Gives leases back; those that ended meanwhile, or were never given, are passed over. */
  releaseLeases(tickets: readonly FillTicket[]): Promise<void>;
  /**
   * Gives tags a new version and tells all processes. When it resolves, no entry that was filled from a reading before the
   * call is true any more, wherever it is kept and whenever it is stored.
   */
  invalidate(invalidation: Invalidation): Promise<void>;
  /**
   * Invalidates as `invalidate` does, and judges entries that the writer has at hand: one is current unless somebody else has
   * invalidated one of its tags since the ticket was taken. Of writers whose transactions overlap the first at most is told so,
   * as nobody can say here whose commit was the last. The lease goes on.
   */
  finishWrite(write: FinishedWrite): Promise<FillVerdict[]>;
  /** Resolves at once, even where nobody can be reached yet: the listener hears of a gap as soon as that has changed. */
  subscribe(listener: InvalidationListener): Promise<Subscription>;
  close(): Promise<void>;
}

/** How long an invalidation is remembered at least: longer than a lease lasts, and than a replica that is read lags behind. */
export const INVALIDATION_MEMORY_MS = 10 * 60_000;

/** Replicas that lag further behind are not read: so long after versions were lost, fills can trust them again. */
export const REPLICA_LAG_LIMIT_MS = 10_000;
