import type { EntryOptions, FillContext, ManyOptions } from '@tributary/runtime/cache/cache';
import type { Clock } from '@tributary/runtime/cache/clock';
import type { Coordination, Invalidation, InvalidationListener } from '@tributary/runtime/cache/coordination';
import { createMemoryCoordination } from '@tributary/runtime/cache/memory-coordination';
import { createMemoryValueStore } from '@tributary/runtime/cache/memory-value-store';
import { TwoTierCache } from '@tributary/runtime/cache/two-tier-cache';
import type { ValueStore } from '@tributary/runtime/cache/value-store';

/** What a caller does in a process. */
export type Step =
  | { readonly kind: 'read'; readonly key: Key }
  /** A look-up by a process that has just started: it has no local tier and was told nothing. */
  | { readonly kind: 'read-newcomer'; readonly key: Key }
  /** Through: the new value is stored, too. */
  | { readonly kind: 'write'; readonly isByTag: boolean; readonly isThrough: boolean }
  | { readonly kind: 'replay' };

/** Takes its steps one after the other, while other callers take theirs. */
export interface Caller {
  /** One of two, 0 or 1. */
  readonly process: number;
  readonly steps: readonly Step[];
}

/** `product` is invalidated by its key or by a tag known before, `page` shows it and learns the tag from its value only. */
export type Key = 'product' | 'page';

/** Puts a moment of the schedule's choice before whatever follows. */
export type Pause = (label: string) => Promise<void>;

export interface StaleRead {
  readonly key: Key;
  readonly version: number;
  /** What the reader had been told of, or what was acknowledged when the newcomer began. */
  readonly atLeast: number;
}

export type OpenStores = (clock: Clock) => Promise<{ values: ValueStore; coordination: Coordination }>;

export interface InterleavingOptions {
  readonly pause: Pause;
  readonly callers: readonly Caller[];
  /** Stores that are empty; in memory, in the time of the schedule, unless told. */
  readonly openStores?: OpenStores | undefined;
  /** Replaces the coordination by a worse one. */
  readonly weaken?: ((coordination: Coordination) => Coordination) | undefined;
}

const LEASE_MS = 40;
const WAIT_MS = 30;
const LONG_MS = 3_600_000;
const TAG = 'product:42';

interface Row {
  readonly version: number;
}

const isRow = (stored: unknown): stored is Row => typeof stored === 'object' && stored !== null && 'version' in stored;

const WRITE_RULES: ManyOptions<Row> = { ttlMs: LONG_MS, isValue: isRow, tagsOf: () => [TAG] };

const OPTIONS: Readonly<Record<Key, EntryOptions<Row>>> = {
  product: { ttlMs: LONG_MS, isValue: isRow, tags: [TAG] },
  page: { ttlMs: LONG_MS, isValue: isRow, describe: () => ({ tags: [TAG] }) },
};

/**
 * Plays callers in two processes, and newcomers, against one primary and one replica that lags, in the order that the pauses
 * give. Returns the reads that answered something older than they may, and how many fills there were.
 */
export async function playInterleaving(options: InterleavingOptions): Promise<{ stale: StaleRead[]; fills: number }> {
  const { pause, callers, weaken = (coordination) => coordination } = options;
  const clock = new ScheduledClock(pause);
  const database = { primary: 0, replica: 0 };
  const stores = await (options.openStores ?? openMemoryStores)(clock);
  const values = pausedValues(stores.values, pause);
  const shared = stores.coordination;
  const acknowledged = new Floors();
  const told = [new Floors(), new Floors()];
  const stale: StaleRead[] = [];
  let fills = 0;

  function openCache(limitBytes: number, floors: Floors): TwoTierCache {
    const coordination = weaken(pausedCoordination(shared, pause, floors));
    const l1 = { limitBytes, maxAgeMs: LONG_MS };
    return new TwoTierCache({ values, coordination, l1, waitMs: WAIT_MS, clock, random: () => 0.5 });
  }

  async function fill({ minimumPositions: { catalog = 0 } }: FillContext): Promise<Row> {
    fills++;
    await pause('statement');
    const version = database.replica >= catalog ? database.replica : database.primary;
    await pause('rows');
    return { version };
  }

  async function read(cache: TwoTierCache, key: Key, floors: Floors): Promise<void> {
    const atLeast = floors.of(key);
    const row = await cache.getOrFill(key, fill, OPTIONS[key]);
    const version = row?.version ?? Number.NaN;
    if (!(version >= atLeast)) stale.push({ key, version, atLeast });
  }

  async function readAsNewcomer(key: Key): Promise<void> {
    const newcomer = openCache(0, new Floors());
    await read(newcomer, key, acknowledged);
    await newcomer.close();
  }

  async function write(cache: TwoTierCache, step: Step & { kind: 'write' }, floors: Floors): Promise<void> {
    const { isByTag, isThrough } = step;
    const ticket = isThrough ? await cache.beginWrite() : undefined;
    await pause('transaction');
    const version = ++database.primary;
    await pause('commit');
    const request = { ...(isByTag ? { tags: [TAG] } : { keys: ['product'] }), positions: { catalog: version } };
    if (ticket) await cache.write(ticket, new Map([['product', { version }]]), { ...request, rules: WRITE_RULES });
    else await cache.invalidate(request);
    for (const each of [floors, acknowledged]) each.raise(isByTag, version);
  }

  const caches = told.map((floors) => openCache(1_000_000, floors));

  async function play({ process, steps }: Caller): Promise<void> {
    const cache = caches[process];
    const floors = told[process];
    if (!cache || !floors) throw new Error('there are two processes');
    for (const step of steps) {
      if (step.kind === 'read') await read(cache, step.key, floors);
      else if (step.kind === 'write') await write(cache, step, floors);
      else if (step.kind === 'read-newcomer') await readAsNewcomer(step.key);
      else {
        await pause('replay');
        database.replica = database.primary;
      }
    }
  }

  await Promise.all(callers.map(play));
  await Promise.all(caches.map((cache) => cache.close()));
  await Promise.all([readAsNewcomer('product'), readAsNewcomer('page')]);
  return { stale, fills };
}

const openMemoryStores: OpenStores = async (clock) => ({
  values: createMemoryValueStore({ limitBytes: 1_000_000, clock }),
  coordination: createMemoryCoordination({ leaseMs: LEASE_MS, clock }),
});

/** Time that passes only when somebody sleeps. */
class ScheduledClock implements Clock {
  readonly #pause: Pause;
  #nowMs = 1_000_000;

  constructor(pause: Pause) {
    this.#pause = pause;
  }

  now(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number): Promise<void> {
    await this.#pause('sleep');
    this.#nowMs += durationMs;
  }
}

/** The least version of each key that a reader has a right to. */
class Floors {
  readonly #versions: Record<Key, number> = { product: 0, page: 0 };

  of(key: Key): number {
    return this.#versions[key];
  }

  raise(isByTag: boolean, version: number): void {
    for (const key of isByTag ? (['product', 'page'] as const) : (['product'] as const)) {
      this.#versions[key] = Math.max(this.#versions[key], version);
    }
  }
}

/** Lets others come between a call and its work, and between its work and its answer. */
async function paused<T>(pause: Pause, label: string, work: () => Promise<T>): Promise<T> {
  await pause(label);
  const answer = await work();
  await pause(`${label}: answer`);
  return answer;
}

function pausedValues(values: ValueStore, pause: Pause): ValueStore {
  return {
    getMany: (keys) => paused(pause, 'getMany', () => values.getMany(keys)),
    setMany: (stored) => paused(pause, 'setMany', () => values.setMany(stored)),
    deleteMany: (keys) => paused(pause, 'deleteMany', () => values.deleteMany(keys)),
    close: () => values.close(),
  };
}

/** The coordination as one process has it: messages reach it later than they are sent, and raise what it was told of. */
function pausedCoordination(shared: Coordination, pause: Pause, floors: Floors): Coordination {
  return {
    versionsOf: (tags) => paused(pause, 'versionsOf', () => shared.versionsOf(tags)),
    beginFills: (requests) => paused(pause, 'beginFills', () => shared.beginFills(requests)),
    finishFills: (fills) => paused(pause, 'finishFills', () => shared.finishFills(fills)),
    releaseLeases: (tickets) => paused(pause, 'releaseLeases', () => shared.releaseLeases(tickets)),
    invalidate: (invalidation) => paused(pause, 'invalidate', () => shared.invalidate(withRiders(invalidation))),
    finishWrite: (write) =>
      paused(pause, 'finishWrite', () =>
        shared.finishWrite({ ...write, invalidation: withRiders(write.invalidation) }),
      ),
    subscribe: (listener) => shared.subscribe(lateListener(listener, pause, floors)),
    close: async () => undefined,
  };
}

const RIDER = ' written:';

/** The tag that another one brings along: both are kept and told together. */
export const stemOf = (tag: string): string => tag.split(RIDER)[0] ?? tag;

/** Messages name tags only: the version that was written rides along with each. */
function withRiders({ tags, positions }: Invalidation): Invalidation {
  return { tags: tags.flatMap((tag) => [tag, `${tag}${RIDER}${positions['catalog'] ?? 0}`]), positions };
}

function lateListener(listener: InvalidationListener, pause: Pause, floors: Floors): InvalidationListener {
  return {
    onInvalidated: (tags) =>
      void pause('message').then(() => {
        listener.onInvalidated(tags);
        for (const tag of tags) {
          const [stem, version] = tag.split(RIDER);
          if (version !== undefined) floors.raise(stem === TAG, Number(version));
        }
      }),
    onGap: listener.onGap,
  };
}
