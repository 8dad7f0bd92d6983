import { BackgroundWork } from './background-work.ts';
import type {
  Cache,
  EntryOptions,
  EntryRules,
  Fill,
  FillMissing,
  InvalidationRequest,
  ManyOptions,
  WriteRequest,
  WriteTicket,
} from './cache.ts';
import type { CacheObserver } from './cache-outcome.ts';
import type { CacheParts, FillPlan } from './cache-parts.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Coordination, Subscription } from './coordination.ts';
import { Echo } from './echo.ts';
import { type Entry, freshnessOf, keyTag, type Tolerance } from './entry.ts';
import { entryPolicy } from './entry-policy.ts';
import { ExpiringMap } from './expiring-map.ts';
import { runFill } from './filler.ts';
import { type Flight, Flights, type Pilot } from './flights.ts';
import { InvalidationLog } from './invalidation-log.ts';
import { LocalTier, type LocalTierOptions } from './local-tier.ts';
import { lookUp } from './look-up.ts';
import { NO_POSITIONS } from './positions.ts';
import { readSharedTier } from './shared-tier.ts';
import type { ValueStore } from './value-store.ts';
import { beginWrite, finishWrite } from './write-through.ts';

export interface TwoTierCacheOptions {
  readonly values: ValueStore;
  readonly coordination: Coordination;
  readonly l1: LocalTierOptions;
  /** How long another process's fill is waited for before a stale value is served, or the fill runs here too. */
  readonly waitMs: number;
  readonly observer?: CacheObserver;
  readonly clock?: Clock;
  /** Uniform over [0, 1): for the jitter of times to live. */
  readonly random?: () => number;
}

const NO_TAGS: readonly string[] = [];
const NO_TOLERANCE: Tolerance = { staleMs: 0, staleIfErrorMs: 0 };

/** A {@link Cache} over stores that answer in time, or reject: see `createCache` for those that may not. */
export class TwoTierCache implements Cache {
  readonly #parts: CacheParts;
  readonly #flights = new Flights();
  readonly #refreshing = new Set<string>();
  readonly #echo: Echo;
  readonly #waitMs: number;
  readonly #random: () => number;
  readonly #subscription: Promise<Subscription>;

  constructor(options: TwoTierCacheOptions) {
    const { values, coordination, l1, waitMs, observer = {}, clock = systemClock, random = Math.random } = options;
    const log = new InvalidationLog();
    const local = new LocalTier(l1, log, clock);
    const background = new BackgroundWork();
    const vainWaits = new ExpiringMap<true>(clock);
    this.#parts = { values, coordination, local, log, background, vainWaits, clock, observer };
    this.#echo = new Echo(coordination, clock);
    this.#waitMs = waitMs;
    this.#random = random;
    this.#subscription = coordination.subscribe({
      onInvalidated: (tags) => {
        log.record(tags);
        this.#echo.hear(tags);
      },
      onGap: () => this.#missedMessages(),
    });
  }

  /** Resolves when this process is told of invalidations, or nobody can be reached who would tell. */
  async ready(): Promise<void> {
    await this.#subscription;
  }

  async getOrFill<T>(key: string, fill: Fill<T>, options: EntryOptions<T>): Promise<T | undefined> {
    const { tags = NO_TAGS, ...rules } = options;
    const fillOne: FillMissing<T> = async (_, context) => {
      const value = await fill(context);
      return value === undefined ? new Map() : new Map([[key, value]]);
    };
    const values = await this.getManyOrFill([key], fillOne, { ...rules, tagsOf: () => tags });
    return values.get(key);
  }

  async getManyOrFill<T>(
    keys: readonly string[],
    fillMissing: FillMissing<T>,
    options: ManyOptions<T>,
  ): Promise<Map<string, T>> {
    const { tagsOf = () => NO_TAGS } = options;
    const plan: FillPlan = { fillMissing, policy: entryPolicy(options, tagsOf, this.#random) };
    const values = new Map<string, T>();
    const missing: string[] = [];
    for (const key of new Set(keys)) {
      const entry = this.#localEntry(key, plan);
      if (entry) keep(values, key, entry, options);
      else missing.push(key);
    }
    if (missing.length === 0) return values;
    const landings = await Promise.allSettled(this.#fly(missing, plan));
    for (const [index, key] of missing.entries()) {
      const landing = landings[index];
      if (landing?.status === 'fulfilled') keep(values, key, landing.value, options);
      else if (options.onFailure) options.onFailure(key, landing?.reason);
      else throw landing?.reason;
    }
    return values;
  }

  async invalidate({ keys = [], tags = [], positions = NO_POSITIONS }: InvalidationRequest): Promise<void> {
    const { coordination, log } = this.#parts;
    const all = [...keys.map(keyTag), ...tags];
    if (all.length === 0) return;
    try {
      await coordination.invalidate({ tags: all, positions });
    } finally {
      // Not before: a look-up that begins meanwhile may read an entry that is still true.
      log.record(all);
    }
  }

  peek<T>(key: string, isValue: (stored: unknown) => stored is T): T | undefined {
    const { local, clock, observer } = this.#parts;
    const entry = local.get(key);
    if (!entry || freshnessOf(entry, clock.now(), NO_TOLERANCE) !== 'fresh' || !isValue(entry.value)) return undefined;
    observer.onLookUp?.(key, { tier: 'local', outcome: 'hit' });
    return entry.value;
  }

  async getKept<T>(key: string, { tags = NO_TAGS, ...rules }: EntryOptions<T>): Promise<T | undefined> {
    const { clock, observer } = this.#parts;
    const { tolerance, fields, knownTagsOf } = entryPolicy(rules, () => tags, this.#random);
    const found = await readSharedTier(this.#parts, [key], knownTagsOf(key), fields).catch(() => undefined);
    const entry = found?.get(key)?.entry;
    if (!entry || !rules.isValue(entry.value)) return undefined;
    if (freshnessOf(entry, clock.now(), tolerance) === 'expired') return undefined;
    observer.onLookUp?.(key, { tier: 'shared', outcome: 'stale', reason: 'refreshing' });
    return entry.value;
  }

  async catchUp(): Promise<void> {
    if (!(await this.#echo.call())) this.#missedMessages();
  }

  beginWrite(): Promise<WriteTicket> {
    return beginWrite(this.#parts);
  }

  async write<T>(ticket: WriteTicket, values: ReadonlyMap<string, T>, request: WriteRequest<T>): Promise<void> {
    const { keys = [], tags = [], positions = NO_POSITIONS, rules } = request;
    const policy = entryPolicy(rules, rules.tagsOf ?? (() => NO_TAGS), this.#random);
    const all = [...new Set([...values.keys(), ...keys].map(keyTag).concat(tags))];
    try {
      await finishWrite(this.#parts, ticket, values, { invalidation: { tags: all, positions }, policy });
    } finally {
      this.#parts.log.record(all);
    }
  }

  async close(): Promise<void> {
    await this.#parts.background.idle();
    const subscription = await this.#subscription;
    await subscription.close();
  }

  #missedMessages(): void {
    this.#parts.log.recordGap();
    this.#parts.local.clear();
    this.#echo.hearGap();
  }

  #localEntry(key: string, plan: FillPlan): Entry | undefined {
    const { local, clock, observer } = this.#parts;
    const entry = local.get(key);
    const freshness = entry && plan.policy.accepts(entry) && freshnessOf(entry, clock.now(), plan.policy.tolerance);
    if (freshness === 'fresh') {
      observer.onLookUp?.(key, { tier: 'local', outcome: 'hit' });
      return entry;
    }
    if (freshness === 'stale') {
      observer.onLookUp?.(key, { tier: 'local', outcome: 'stale', reason: 'refreshing' });
      this.#refresh([key], plan);
      return entry;
    }
    observer.onLookUp?.(key, { tier: 'local', outcome: 'miss' });
    return undefined;
  }

  /** The entries of keys, from flights that are under way where they may be joined, and one new look-up for all others. */
  #fly(keys: readonly string[], plan: FillPlan): Promise<Entry>[] {
    const { log, local, background } = this.#parts;
    const pilots = new Map<string, Pilot>();
    const entries = keys.map((key) => {
      const underWay = this.#flights.get(key);
      const isJoinable = underWay && !log.hasAnySince(underWay.reading.position, plan.policy.knownTagsOf(key));
      if (isJoinable) return this.#join(key, underWay, plan);
      const { flight, pilot } = this.#flights.start(key, local.beginReading());
      pilots.set(key, pilot);
      return flight.landing.then(({ entry }) => entry);
    });
    const options = { waitMs: this.#waitMs, onStale: (stale: readonly string[]) => this.#refresh(stale, plan) };
    if (pilots.size > 0) background.add(lookUp(this.#parts, plan, pilots, options));
    return entries;
  }

  /** Lands with a flight of another caller, which began earlier: what was overtaken since is true for that caller only. */
  async #join(key: string, flight: Flight, plan: FillPlan): Promise<Entry> {
    const { entry, isCurrent } = await flight.landing;
    const isTrue = isCurrent && !this.#parts.log.hasAnySince(flight.reading.position, entry.tags);
    if (isTrue) return entry;
    const [own] = await Promise.all(this.#fly([key], plan));
    return own ?? entry;
  }

  #refresh(keys: readonly string[], plan: FillPlan): void {
    const idle = keys.filter((key) => !this.#refreshing.has(key));
    if (idle.length > 0) this.#parts.background.add(this.#refreshNow(idle, plan));
  }

  async #refreshNow(keys: readonly string[], plan: FillPlan): Promise<void> {
    for (const key of keys) this.#refreshing.add(key);
    try {
      const requests = keys.map((key) => ({ key, tags: plan.policy.knownTagsOf(key) }));
      const tickets = await this.#parts.coordination.beginFills(requests);
      const granted = tickets.filter(({ lease }) => lease !== undefined);
      if (granted.length > 0) await runFill(this.#parts, plan, granted);
    } finally {
      for (const key of keys) this.#refreshing.delete(key);
    }
  }
}

function keep<T>(values: Map<string, T>, key: string, entry: Entry | undefined, { isValue }: EntryRules<T>): void {
  if (entry?.value !== undefined && isValue(entry.value)) values.set(key, entry.value);
}
