import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from './clock.ts';
import {
  type Coordination,
  type FillRequest,
  type FillTicket,
  type FillVerdict,
  type FinishedFill,
  type FinishedWrite,
  INVALIDATION_MEMORY_MS,
  type Invalidation,
  type InvalidationListener,
  type Version,
} from './coordination.ts';
import { ExpiringMap } from './expiring-map.ts';
import { furthestOf, NO_POSITIONS, type Positions, reaches } from './positions.ts';

interface TagState {
  readonly version: Version;
  readonly positions: Positions;
}

export interface MemoryCoordination extends Coordination {
  /**
   * Takes everything that was known, and every fill and write that is under way, for untrue, as after messages that were missed.
   * @param settledAtMs when replicas must have caught up with what was missed; undefined while messages are still missed, and
   * then nothing may be stored at all
   */
  forget(settledAtMs: number | undefined): void;
}

type Borne = Pick<FinishedFill, 'tags' | 'lifetimeMs'>;

/** {@link Coordination} within one process, shared by all caches that are given it. */
export function createMemoryCoordination(options: { leaseMs: number; clock?: Clock }): MemoryCoordination {
  const { leaseMs, clock = systemClock } = options;
  const tags = new ExpiringMap<TagState>(clock);
  const leases = new ExpiringMap<string>(clock);
  const listeners = new Set<InvalidationListener>();
  let lastVersion: Version = 0;
  let forgottenUpTo: Version = 0;
  let settledAt: number | undefined = 0;

  function begin({ key, tags: known }: FillRequest): FillTicket {
    const isFree = leases.get(key) === undefined;
    const lease = isFree ? randomUUID() : undefined;
    if (lease) leases.set(key, lease, leaseMs);
    const minimumPositions = furthestOf(known.map((tag) => tags.get(tag)?.positions ?? NO_POSITIONS));
    return { key, beganAt: [String(lastVersion)], minimumPositions, lease };
  }

  const holdsLease = ({ key, lease }: FillTicket): boolean => lease !== undefined && leases.get(key) === lease;

  /** Remembers the versions of an entry's tags for as long as the entry may live, and returns them. */
  function bear({ tags: borne, lifetimeMs }: Borne, beganAt: Version): Version[] {
    return borne.map((tag) => {
      const state = tags.get(tag) ?? { version: beganAt, positions: NO_POSITIONS };
      tags.extend(tag, state, lifetimeMs);
      return state.version;
    });
  }

  function finish({ ticket, tags: borne, lifetimeMs }: FinishedFill): FillVerdict {
    const beganAt = versionAt(ticket);
    const states = borne.map((tag) => tags.get(tag) ?? { version: beganAt, positions: NO_POSITIONS });
    const needed = furthestOf(states.map(({ positions }) => positions));
    if (!reaches(ticket.minimumPositions, needed)) return { outcome: 'behind', positions: needed };
    const isOvertaken = beganAt < forgottenUpTo || states.some(({ version }) => version > beganAt);
    if (isOvertaken) return { outcome: 'overtaken' };
    if (!holdsLease(ticket)) return { outcome: 'lease-lost' };
    const versions = bear({ tags: borne, lifetimeMs }, beganAt);
    return { outcome: 'current', versions, lifetimeMs: Math.min(lifetimeMs, trustedForMs()) };
  }

  /** How long what a replica says now may be taken for true. */
  function trustedForMs(): number {
    if (settledAt === undefined) return 0;
    const settlesInMs = settledAt - clock.now();
    return settlesInMs > 0 ? settlesInMs : Number.POSITIVE_INFINITY;
  }

  function invalidate({ tags: invalidated, positions }: Invalidation): void {
    lastVersion += 1;
    for (const tag of invalidated) {
      const before = tags.get(tag)?.positions ?? NO_POSITIONS;
      const state = { version: lastVersion, positions: furthestOf([before, positions]) };
      tags.extend(tag, state, INVALIDATION_MEMORY_MS);
    }
    for (const listener of listeners) listener.onInvalidated(invalidated);
  }

  function finishWrite({ ticket, invalidation, entries }: FinishedWrite): FillVerdict[] {
    const beganAt = versionAt(ticket);
    const isOvertaken = (tag: string): boolean => (tags.get(tag)?.version ?? forgottenUpTo) > beganAt;
    const overtaken = entries.map((entry) => entry.tags.some(isOvertaken));
    invalidate(invalidation);
    return entries.map((entry, index): FillVerdict => {
      if (overtaken[index]) return { outcome: 'overtaken' };
      if (!holdsLease(ticket)) return { outcome: 'lease-lost' };
      const { lifetimeMs } = entry;
      return {
        outcome: 'current',
        versions: bear(entry, beganAt),
        lifetimeMs: settledAt === undefined ? 0 : lifetimeMs,
      };
    });
  }

  function forget(settledAtMs: number | undefined): void {
    lastVersion += 1;
    forgottenUpTo = lastVersion;
    settledAt = settledAtMs;
    tags.clear();
    for (const listener of listeners) listener.onGap();
  }

  return {
    forget,
    versionsOf: async (asked) => asked.map((tag) => tags.get(tag)?.version),
    beginFills: async (requests) => requests.map(begin),
    finishFills: async (fills) => fills.map(finish),
    releaseLeases: async (tickets) => {
      for (const ticket of tickets) if (holdsLease(ticket)) leases.delete(ticket.key);
    },
    invalidate: async (invalidation) => invalidate(invalidation),
    finishWrite: async (write) => finishWrite(write),
    subscribe: async (listener) => {
      listeners.add(listener);
      return {
        close: async () => {
          listeners.delete(listener);
        },
      };
    },
    close: async () => listeners.clear(),
  };
}

function versionAt({ beganAt: [version] }: FillTicket): Version {
  return Number(version);
}
