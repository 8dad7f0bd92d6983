import { randomUUID } from 'node:crypto';
import type { WriteTicket } from './cache.ts';
import type { CacheParts } from './cache-parts.ts';
import type { Invalidation } from './coordination.ts';
import type { Entry } from './entry.ts';
import { encodeEntry } from './entry-codec.ts';
import type { EntryPolicy } from './entry-policy.ts';
import { isAgreed, outcomeOf, ticketAlone } from './filler.ts';

/**
 * A ticket for a write that is about to begin. Its lease is on a name of its own: it keeps no filler waiting, and says at the
 * end that nothing was forgotten since.
 */
export async function beginWrite({ coordination }: CacheParts): Promise<WriteTicket> {
  const key = `write:${randomUUID()}`;
  const [ticket] = await coordination.beginFills([{ key, tags: [] }]).catch(() => []);
  return { ticket: ticket ?? ticketAlone(key) };
}

/** Invalidates, and stores the values that nobody overtook. Nothing is kept in the local tier: the message would drop it. */
export async function finishWrite<T>(
  parts: CacheParts,
  { ticket }: WriteTicket,
  values: ReadonlyMap<string, T>,
  request: { readonly invalidation: Invalidation; readonly policy: EntryPolicy },
): Promise<void> {
  const { coordination, background, observer } = parts;
  const drafts = [...values].flatMap(([key, value]) => draftsOf(parts, request.policy, key, value));
  if (!isAgreed(ticket) || drafts.length === 0) {
    for (const key of values.keys()) observer.onWrite?.(key, 'unshared');
    return coordination.invalidate(request.invalidation);
  }
  const entries = drafts.map(({ entry, lifetimeMs }) => ({ tags: entry.tags, lifetimeMs }));
  const verdicts = await coordination.finishWrite({ ticket, invalidation: request.invalidation, entries });
  const toStore = drafts.flatMap(({ key, entry }, index) => {
    const verdict = verdicts[index];
    const outcome = outcomeOf(verdict);
    observer.onWrite?.(key, outcome);
    if (verdict?.outcome !== 'current' || outcome !== 'stored') return [];
    return [
      {
        key,
        value: encodeEntry({ ...entry, versions: verdict.versions }, request.policy.fields),
        ttlMs: verdict.lifetimeMs,
      },
    ];
  });
  background.add(coordination.releaseLeases([ticket]));
  if (toStore.length > 0) await parts.values.setMany(toStore).catch(() => undefined);
}

function draftsOf({ clock }: CacheParts, policy: EntryPolicy, key: string, value: unknown) {
  const entry: Entry = policy.makeEntry(key, value, clock.now());
  const lifetimeMs = policy.lifetimeMs(entry);
  return lifetimeMs > 0 ? [{ key, entry, lifetimeMs }] : [];
}
