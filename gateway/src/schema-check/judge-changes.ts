import type { KnownOperations } from './known-operations.ts';
import type { SchemaChange } from './schema-change.ts';

/** A change, and what it means to the clients that are known. */
export interface JudgedChange extends SchemaChange {
  /** `unused`: it would break clients, and no known operation meets it. */
  readonly verdict: 'safe' | 'dangerous' | 'unused' | 'breaking';
  /** The operations that meet it; `undefined` where nothing is known of any. */
  readonly users: readonly string[] | undefined;
}

const order = ['breaking', 'unused', 'dangerous', 'safe'] as const;

/**
 * Judges changes by what clients send, the worst first.
 * @param operations `undefined` where nothing is known of clients: then what could break them does
 */
export function judgeChanges(
  changes: readonly SchemaChange[],
  operations: KnownOperations | undefined,
): JudgedChange[] {
  return changes
    .map((change): JudgedChange => {
      const users = operations?.usersOf(change);
      const isUnused = change.severity === 'breaking' && users?.length === 0;
      return { ...change, users, verdict: isUnused ? 'unused' : change.severity };
    })
    .sort(
      (left, right) =>
        order.indexOf(left.verdict) - order.indexOf(right.verdict) || (left.coordinate < right.coordinate ? -1 : 1),
    );
}
