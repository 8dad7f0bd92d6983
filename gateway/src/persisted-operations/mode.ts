/** What a gateway does about operations that clients send by hash or id, and about those that nobody has published. */
export const persistedOperationsModes = ['apq', 'log-unknown', 'safelist', 'safelist-by-id-only', 'off'] as const;

/**
 * - `apq`: clients may register texts by their hash; published operations go by their id, too, and all else is executed.
 * - `log-unknown`: the same, and what is not published is logged once.
 * - `safelist`: only published operations are executed, by id or by text.
 * - `safelist-by-id-only`: only published operations are executed, by id.
 * - `off`: only texts are executed.
 */
export type PersistedOperationsMode = (typeof persistedOperationsModes)[number];

/** Whether a mode executes nothing but published operations. */
export function isSafelist(mode: PersistedOperationsMode): boolean {
  return mode === 'safelist' || mode === 'safelist-by-id-only';
}
