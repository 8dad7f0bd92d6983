import type { GraphQLError } from 'graphql';
import type { FieldFailure } from './operation-run.ts';
import type { Target } from './position.ts';

/**
 * Makes null what each failure makes null: its own place, or the nearest one above that may be, up to the whole of the data. A
 * failure below a place that an earlier one made null is dropped, as graphql-js does: its path would lead nowhere.
 *
 * @param data is changed
 * @see https://spec.graphql.org/October2021/#sec-Handling-Field-Errors
 */
export function propagateNulls(
  data: Target,
  failures: readonly FieldFailure[],
): { data: Target | null; errors: GraphQLError[] } {
  const errors: GraphQLError[] = [];
  for (const { error, path, stepsToNullable } of failures) {
    const nulled = path.slice(0, path.length - stepsToNullable);
    const key = nulled.at(-1);
    if (key === undefined) return { data: null, errors: [...errors, error] };
    const holder = holderOf(data, nulled);
    if (holder === undefined) continue;
    if (stepsToNullable > 0 && holder[key] === null) continue;
    holder[key] = null;
    errors.push(error);
  }
  return { data, errors };
}

/** The object or list that the value at a path is in, unless that is null by now. */
function holderOf(data: Target, path: readonly (string | number)[]): Target | undefined {
  let holder = data;
  for (const key of path.slice(0, -1)) {
    const next = holder[key];
    if (!isTarget(next)) return undefined;
    holder = next;
  }
  return holder;
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null;
}
