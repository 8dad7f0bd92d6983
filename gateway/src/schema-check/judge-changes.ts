import type { SchemaChange } from './schema-change.ts';

/** A change, and what it means to the clients that are known. */
export interface JudgedChange extends SchemaChange {
  /** `unused`: it would break clients, and none is known to meet it. */
  readonly verdict: 'safe' | 'dangerous' | 'unused' | 'breaking';
  /** Who meets it, for people; `undefined` where nothing is known of clients. */
  readonly users: readonly string[] | undefined;
}

const order = ['breaking', 'unused', 'dangerous', 'safe'] as const;

/** Something that is known of clients. */
export interface Evidence {
  /** Those who meet a change, for people. */
  usersOf(change: Pick<SchemaChange, 'affects'>): readonly string[];
}

/**
 * Judges changes by what clients send, the worst first.
 * @param evidence none where nothing is known of clients: then what could break them does
 */
export function judgeChanges(changes: readonly SchemaChange[], evidence: readonly Evidence[]): JudgedChange[] {
  return changes
    .map((change): JudgedChange => {
      const users = evidence.length === 0 ? undefined : evidence.flatMap((known) => known.usersOf(change));
      const isUnused = change.severity === 'breaking' && users?.length === 0;
      return { ...change, users, verdict: isUnused ? 'unused' : change.severity };
    })
    .sort(
      (left, right) =>
        order.indexOf(left.verdict) - order.indexOf(right.verdict) || (left.coordinate < right.coordinate ? -1 : 1),
    );
}
