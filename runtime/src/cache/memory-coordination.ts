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

type Borne = Pick<FinishedFill, 'tags' | 'lifetimeMs'>;

/** {@link Coordination} within one process, shared by all caches that are given it. */
export function createMemoryCoordination(options: { leaseMs: number; clock?: Clock }): Coordination {
  const { leaseMs, clock = systemClock } = options;
  const tags = new ExpiringMap<TagState>(clock);
  const leases = new ExpiringMap<string>(clock);
  const listeners = new Set<InvalidationListener>();
  let lastVersion: Version = 0;

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
    if (states.some(({ version }) => version > beganAt)) return { outcome: 'overtaken' };
    if (!holdsLease(ticket)) return { outcome: 'lease-lost' };
    return { outcome: 'current', versions: bear({ tags: borne, lifetimeMs }, beganAt) };
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
    const isOvertaken = (tag: string): boolean => (tags.get(tag)?.version ?? 0) > beganAt;
    const overtaken = entries.map((entry) => entry.tags.some(isOvertaken));
    invalidate(invalidation);
    return entries.map((entry, index): FillVerdict => {
      if (overtaken[index]) return { outcome: 'overtaken' };
      return holdsLease(ticket) ? { outcome: 'current', versions: bear(entry, beganAt) } : { outcome: 'lease-lost' };
    });
  }

  return {
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
