import type { JsonObject } from '../subgraph-fetch/json-object.ts';

/**
 * A text that is equal for equal variables only.
 * @param variables as they were parsed out of JSON
 * @returns `undefined` where there is no such text: a number that was too large became infinite, which JSON has no word for but `null`
 */
export function variablesKey(variables: Readonly<JsonObject>): string | undefined {
  const text = JSON.stringify(variables);
  return text.includes('null') && hasInfinity(variables) ? undefined : text;
}

/** Without recursion, since nobody has bounded how deep variables nest. */
function hasInfinity(variables: Readonly<JsonObject>): boolean {
  const values: unknown[] = [variables];
  for (const value of values) {
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const inner of Object.values(value)) values.push(inner);
  }
  return false;
}
