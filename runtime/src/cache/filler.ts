import type { CacheParts, FillPlan } from './cache-parts.ts';
import type { FillTicket, FillVerdict } from './coordination.ts';
import type { Entry } from './entry.ts';
import { encodeEntry } from './entry-codec.ts';
import type { EntryPolicy } from './entry-policy.ts';
import { furthestOf, NO_POSITIONS } from './positions.ts';
import type { StoredValue } from './value-store.ts';

/** What a fill came to for one key. */
export type Filled =
  | { readonly entry: Entry; readonly isCurrent: boolean; readonly failure?: never }
  | { readonly failure: { readonly error: unknown } };

interface Draft {
  readonly ticket: FillTicket;
  readonly entry: Entry;
  readonly lifetimeMs: number;
}

/** The ticket of a fill that could not be agreed with anybody: what it brings stays in this process. */
export function ticketAlone(key: string): FillTicket {
  return { key, beganAt: 0, minimumPositions: NO_POSITIONS, lease: undefined };
}

/**
 * Runs one fill for all tickets and keeps what it brings: in the local tier, and in the shared one where the ticket has a lease
 * and no invalidation came between. It resolves as soon as the values may be used; they are stored behind that, and only then
 * are the leases given back, so that who waited for one finds the value. Never rejects.
 */
export async function runFill(
  parts: CacheParts,
  plan: FillPlan,
  tickets: readonly FillTicket[],
): Promise<Map<string, Filled>> {
  const reading = parts.local.beginReading();
  const drafts = await read(parts, plan, tickets);
  if ('error' in drafts) return reportFailure(parts, tickets, drafts.error);

  const verdicts = await judge(parts, drafts);
  const filled = new Map<string, Filled>();
  const toStore: StoredValue[] = [];
  for (const { ticket, entry, lifetimeMs } of drafts) {
    const { key } = ticket;
    const verdict = verdicts.get(ticket);
    filled.set(key, { entry, isCurrent: verdict?.outcome !== 'overtaken' });
    parts.observer.onFill?.(key, { outcome: outcomeOf(verdict) });
    if (verdict?.outcome === 'overtaken' || lifetimeMs === 0) continue;
    const versions = verdict?.outcome === 'current' ? verdict.versions : [];
    const value = encodeEntry({ ...entry, versions });
    parts.local.set(key, entry, value.byteLength, reading);
    if (verdict?.outcome === 'current') toStore.push({ key, value, ttlMs: lifetimeMs });
  }
  parts.background.add(store(parts, toStore, tickets));
  return filled;
}

async function read(
  { clock }: CacheParts,
  { fillMissing, policy }: FillPlan,
  tickets: readonly FillTicket[],
): Promise<Draft[] | { error: unknown }> {
  const filledAtMs = clock.now();
  const minimumPositions = furthestOf(tickets.map((ticket) => ticket.minimumPositions));
  try {
    const keys = tickets.map(({ key }) => key);
    const values = await fillMissing(keys, { minimumPositions });
    return tickets.map((ticket) => draft(policy, ticket, values.get(ticket.key), filledAtMs));
  } catch (error) {
    return { error };
  }
}

function draft(policy: EntryPolicy, ticket: FillTicket, value: unknown, filledAtMs: number): Draft {
  const entry = policy.makeEntry(ticket.key, value, filledAtMs);
  return { ticket, entry, lifetimeMs: policy.lifetimeMs(entry) };
}

function reportFailure(parts: CacheParts, tickets: readonly FillTicket[], error: unknown): Map<string, Filled> {
  parts.background.add(store(parts, [], tickets));
  for (const { key } of tickets) parts.observer.onFill?.(key, { outcome: 'failed', error });
  return new Map(tickets.map(({ key }) => [key, { failure: { error } }]));
}

/** The verdicts of those drafts that may be shared; none when nobody could be asked. */
async function judge({ coordination }: CacheParts, drafts: readonly Draft[]): Promise<Map<FillTicket, FillVerdict>> {
  const shareable = drafts.filter(({ ticket, lifetimeMs }) => ticket.lease !== undefined && lifetimeMs > 0);
  if (shareable.length === 0) return new Map();
  const fills = shareable.map(({ ticket, entry, lifetimeMs }) => ({ ticket, tags: entry.tags, lifetimeMs }));
  const verdicts = await coordination.finishFills(fills).catch(() => []);
  return new Map(verdicts.flatMap((verdict, index) => (fills[index] ? [[fills[index].ticket, verdict]] : [])));
}

function outcomeOf(verdict: FillVerdict | undefined): 'stored' | 'overtaken' | 'unshared' {
  if (verdict?.outcome === 'current') return 'stored';
  return verdict?.outcome === 'overtaken' ? 'overtaken' : 'unshared';
}

async function store(
  { values, coordination }: CacheParts,
  toStore: readonly StoredValue[],
  tickets: readonly FillTicket[],
): Promise<void> {
  try {
    if (toStore.length > 0) await values.setMany(toStore);
  } finally {
    const held = tickets.filter(({ lease }) => lease !== undefined);
    if (held.length > 0) await coordination.releaseLeases(held);
  }
}
