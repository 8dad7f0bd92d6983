import type { CacheParts, FillPlan } from './cache-parts.ts';
import type { FillTicket, FillVerdict, Moment } from './coordination.ts';
import type { Entry } from './entry.ts';
import { decodedSize, encodeEntry } from './entry-codec.ts';
import type { EntryPolicy } from './entry-policy.ts';
import { FailedReading } from './failed-reading.ts';
import type { Reading } from './local-tier.ts';
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

const NOT_AGREED: Moment = [];

/** The ticket of a fill that could not be agreed with anybody: what it brings stays in this process. */
export function ticketAlone(key: string): FillTicket {
  return { key, beganAt: NOT_AGREED, minimumPositions: NO_POSITIONS, lease: undefined };
}

/**
 * Runs one fill for all tickets and keeps what it brings: in the local tier, and in the shared one where the ticket has a lease
 * and no invalidation came between. It resolves as soon as the values may be used; they are stored behind that, and only then
 * are the leases given back, so that who waited for one finds the value. What turns out to have been read on a replica that
 * was behind is read once more. Never rejects.
 */
export async function runFill(
  parts: CacheParts,
  plan: FillPlan,
  tickets: readonly FillTicket[],
  isFirst = true,
): Promise<Map<string, Filled>> {
  const reading = parts.local.beginReading();
  const { drafts, failures } = await read(parts, plan, tickets);
  const filled = new Map<string, Filled>();
  for (const [key, failure] of failures) {
    filled.set(key, { failure });
    parts.observer.onFill?.(key, { outcome: 'failed', error: failure.error });
  }
  const toStore: StoredValue[] = [];
  const toRepeat: FillTicket[] = [];
  const verdicts = await judge(parts, drafts);
  for (const draft of drafts) {
    const { ticket, entry } = draft;
    const verdict = verdicts.get(ticket);
    if (isFirst && verdict?.outcome === 'behind') {
      toRepeat.push({ ...ticket, minimumPositions: furthestOf([ticket.minimumPositions, verdict.positions]) });
      continue;
    }
    const stored = keepDraft(parts, draft, verdict, { reading, fields: plan.policy.fields });
    if (stored) toStore.push(stored);
    filled.set(ticket.key, { entry, isCurrent: isCurrent(verdict) });
    parts.observer.onFill?.(ticket.key, { outcome: outcomeOf(verdict) });
  }
  parts.background.add(
    storeAndRelease(
      parts,
      toStore,
      tickets.filter(({ key }) => filled.has(key)),
    ),
  );
  if (toRepeat.length === 0) return filled;
  return new Map([...filled, ...(await runFill(parts, plan, toRepeat, false))]);
}

async function read(
  { clock }: CacheParts,
  { fillMissing, policy }: FillPlan,
  tickets: readonly FillTicket[],
): Promise<{ drafts: Draft[]; failures: Map<string, FailedReading> }> {
  const filledAtMs = clock.now();
  const failures = new Map<string, FailedReading>();
  const drafts: Draft[] = [];
  const minimumPositions = furthestOf(tickets.map((ticket) => ticket.minimumPositions));
  try {
    const keys = tickets.map(({ key }) => key);
    const values = await fillMissing(keys, { minimumPositions });
    for (const ticket of tickets) {
      const value = values.get(ticket.key);
      if (value instanceof FailedReading) failures.set(ticket.key, value);
      else drafts.push(draftOf(policy, ticket, value, filledAtMs));
    }
    return { drafts, failures };
  } catch (error) {
    const failure = new FailedReading(error);
    return { drafts: [], failures: new Map(tickets.map(({ key }) => [key, failure])) };
  }
}

function draftOf(policy: EntryPolicy, ticket: FillTicket, value: unknown, filledAtMs: number): Draft {
  const entry = policy.makeEntry(ticket.key, value, filledAtMs);
  return { ticket, entry, lifetimeMs: policy.lifetimeMs(entry) };
}

/** Whether somebody was asked before the fill or write began, so that it can be judged when it ends. */
export function isAgreed({ beganAt }: FillTicket): boolean {
  return beganAt !== NOT_AGREED;
}

/** What others say to each draft that is to be kept; nothing where they could not be asked. */
async function judge({ coordination }: CacheParts, drafts: readonly Draft[]): Promise<Map<FillTicket, FillVerdict>> {
  const judged = drafts.filter(({ ticket, lifetimeMs }) => isAgreed(ticket) && lifetimeMs > 0);
  if (judged.length === 0) return new Map();
  const fills = judged.map(({ ticket, entry, lifetimeMs }) => ({ ticket, tags: entry.tags, lifetimeMs }));
  const verdicts = await coordination.finishFills(fills).catch(() => []);
  return new Map(verdicts.flatMap((verdict, index) => (fills[index] ? [[fills[index].ticket, verdict]] : [])));
}

/** Keeps a draft in the local tier, and returns what is to be stored in the shared one. */
function keepDraft(
  { local }: CacheParts,
  { ticket: { key }, entry, lifetimeMs }: Draft,
  verdict: FillVerdict | undefined,
  { reading, fields }: { reading: Reading; fields: readonly string[] | undefined },
): StoredValue | undefined {
  if (lifetimeMs === 0 || !isCurrent(verdict)) return undefined;
  const versions = verdict?.outcome === 'current' ? verdict.versions : [];
  const value = encodeEntry({ ...entry, versions }, fields);
  local.set(key, entry, decodedSize(value), reading);
  const ttlMs = verdict?.outcome === 'current' ? verdict.lifetimeMs : 0;
  return ttlMs > 0 ? { key, value, ttlMs } : undefined;
}

function isCurrent(verdict: FillVerdict | undefined): boolean {
  return verdict?.outcome !== 'overtaken' && verdict?.outcome !== 'behind';
}

/** What became of a fill, as it is counted. @param verdict `undefined` where nobody could be asked whether it is current */
export function outcomeOf(verdict: FillVerdict | undefined): 'stored' | 'overtaken' | 'unshared' {
  if (verdict?.outcome === 'current' && verdict.lifetimeMs > 0) return 'stored';
  return isCurrent(verdict) ? 'unshared' : 'overtaken';
}

async function storeAndRelease(
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
