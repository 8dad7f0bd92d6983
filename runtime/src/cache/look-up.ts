import type { CacheOutcome } from './cache-outcome.ts';
import type { CacheParts, FillPlan } from './cache-parts.ts';
import type { FillTicket } from './coordination.ts';
import { type Entry, freshnessOf } from './entry.ts';
import { runFill, ticketAlone } from './filler.ts';
import type { Pilot } from './flights.ts';
import { readSharedTier } from './shared-tier.ts';

const FIRST_POLL_MS = 5;
const SLOWEST_POLL_MS = 100;
/** As long as a lease lasts by default: while Redis hung some were taken for processes that had given up, and nobody gives them back. */
const VAIN_WAIT_MEMORY_MS = 10_000;

export interface LookUpOptions {
  /** How long somebody else's fill is waited for. */
  readonly waitMs: number;
  /** Called with keys that were served stale: somebody should refresh them. */
  readonly onStale: (keys: readonly string[]) => void;
}

/** A key without an answer yet, with the entry that may stand in if nothing better comes. */
interface Open {
  readonly pilot: Pilot;
  spare?: Entry;
}

/**
 * Looks keys up in the shared tier and fills what is missing there. Where another process holds the lease on a key, its value is
 * waited for, and the lease asked for again, until the time is up; then a stale value is served, or the fill runs regardless. That
 * process may be dead, so for a while nobody here waits for it again.
 * Every pilot is landed or crashed. Never rejects.
 */
export async function lookUp(
  parts: CacheParts,
  plan: FillPlan,
  pilots: ReadonlyMap<string, Pilot>,
  options: LookUpOptions,
): Promise<void> {
  const { clock, coordination, observer, vainWaits } = parts;
  const open = new Map<string, Open>([...pilots].map(([key, pilot]) => [key, { pilot }]));
  const fills: Promise<void>[] = [];
  const fill = (tickets: readonly FillTicket[], outcome: CacheOutcome): void => {
    for (const { key } of tickets) observer.onLookUp?.(key, outcome);
    fills.push(fillAndLand(parts, plan, tickets, take(open, tickets)));
  };
  const release = (unused: readonly FillTicket[]): void => {
    const held = unused.filter(hasLease);
    if (held.length > 0) parts.background.add(coordination.releaseLeases(held));
  };

  const deadlineMs = clock.now() + options.waitMs;
  let tickets: readonly FillTicket[] = [];
  try {
    for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(2 * pollMs, SLOWEST_POLL_MS)) {
      await landSharedEntries(parts, plan, open, options);
      if (open.size === 0) break;
      const hasWaited = tickets.length > 0;
      const requests = [...open.keys()].map((key) => ({ key, tags: plan.policy.knownTagsOf(key) }));
      tickets = await coordination.beginFills(requests);
      if (hasWaited && tickets.some(hasLease)) {
        // Who held the lease stored its value before it gave that back, and may have done so since this looked.
        await landSharedEntries(parts, plan, open, options);
        release(tickets.filter(({ key }) => !open.has(key)));
      }
      const granted = tickets.filter((ticket) => open.has(ticket.key) && hasLease(ticket));
      if (granted.length > 0) fill(granted, { tier: 'shared', outcome: 'miss' });
      for (const { key } of granted) vainWaits.delete(key);
      const isOver = clock.now() >= deadlineMs;
      const late = tickets.filter(({ key }) => open.has(key) && (isOver || vainWaits.get(key)));
      if (isOver) for (const { key } of late) vainWaits.set(key, true, VAIN_WAIT_MEMORY_MS);
      landSpares(parts, open, late);
      const toFill = late.filter(({ key }) => open.has(key));
      if (toFill.length > 0) fill(toFill, { tier: 'shared', outcome: 'miss' });
      if (open.size === 0) break;
      await clock.sleep(pollMs);
    }
  } catch (error) {
    release(tickets.filter(({ key }) => open.has(key)));
    fill([...open.keys()].map(ticketAlone), { tier: 'shared', outcome: 'bypass', reason: 'unavailable', error });
  }
  await Promise.all(fills);
}

function hasLease({ lease }: FillTicket): boolean {
  return lease !== undefined;
}

/** Lands what the shared tier has and that is good enough, and remembers what may stand in. */
async function landSharedEntries(
  parts: CacheParts,
  { policy }: FillPlan,
  open: Map<string, Open>,
  { onStale }: LookUpOptions,
): Promise<void> {
  const reading = parts.local.beginReading();
  const keys = [...open.keys()];
  const entries = await readSharedTier(parts, keys, keys.flatMap(policy.knownTagsOf), policy.fields);
  const stale: string[] = [];
  for (const [key, { entry, sizeBytes }] of entries) {
    const waiting = open.get(key);
    const freshness = freshnessOf(entry, parts.clock.now(), policy.tolerance);
    if (!waiting || freshness === 'expired' || !policy.accepts(entry)) continue;
    if (freshness === 'spare') {
      waiting.spare = entry;
      continue;
    }
    open.delete(key);
    parts.vainWaits.delete(key);
    if (freshness === 'stale') stale.push(key);
    parts.local.set(key, entry, sizeBytes, reading);
    parts.observer.onLookUp?.(
      key,
      freshness === 'fresh'
        ? { tier: 'shared', outcome: 'hit' }
        : { tier: 'shared', outcome: 'stale', reason: 'refreshing' },
    );
    waiting.pilot.land({ entry, isCurrent: true });
  }
  if (stale.length > 0) onStale(stale);
}

function landSpares({ observer }: CacheParts, open: Map<string, Open>, tickets: readonly FillTicket[]): void {
  for (const { key } of tickets) {
    const waiting = open.get(key);
    if (!waiting?.spare) continue;
    open.delete(key);
    observer.onLookUp?.(key, { tier: 'shared', outcome: 'stale', reason: 'waited' });
    waiting.pilot.land({ entry: waiting.spare, isCurrent: true });
  }
}

function take(open: Map<string, Open>, tickets: readonly FillTicket[]): Map<string, Open> {
  const taken = new Map<string, Open>();
  for (const { key } of tickets) {
    const waiting = open.get(key);
    if (waiting) taken.set(key, waiting);
    open.delete(key);
  }
  return taken;
}

async function fillAndLand(
  parts: CacheParts,
  plan: FillPlan,
  tickets: readonly FillTicket[],
  waiting: ReadonlyMap<string, Open>,
): Promise<void> {
  const filled = await runFill(parts, plan, tickets);
  for (const [key, { pilot, spare }] of waiting) {
    const result = filled.get(key);
    if (result?.failure === undefined) {
      if (result) pilot.land(result);
    } else if (spare) {
      parts.observer.onLookUp?.(key, { tier: 'shared', outcome: 'stale', reason: 'fill-failed' });
      pilot.land({ entry: spare, isCurrent: true });
    } else {
      pilot.crash(result.failure.error);
    }
  }
}
