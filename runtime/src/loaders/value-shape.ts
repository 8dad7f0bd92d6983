import { createHash } from 'node:crypto';

type PlainKind<T> = [T] extends [bigint]
  ? 'bigint'
  : [T] extends [number]
    ? 'number'
    : [T] extends [Date]
      ? 'date'
      : [T] extends [string]
        ? string extends T
          ? 'string'
          : readonly T[]
        : never;

/** How a field of type `T` is described: a word, with `?` where it may be null, or all strings that it may be. */
export type FieldKind<T> = [null] extends [T]
  ? PlainKind<Exclude<T, null>> extends infer Kind extends string
    ? `${Kind}?`
    : never
  : PlainKind<T>;

/** What is kept of one kind, so that it is known again. */
export interface ValueShape<T> {
  /** Another one for another shape. As a part of a cache's keys it keeps releases from reading what others have stored. */
  readonly version: string;
  readonly isValue: (stored: unknown) => stored is T;
  /** Of rows: what they are stored without. */
  readonly fields?: readonly string[];
}

const guards: Readonly<Record<string, (value: unknown) => boolean>> = {
  bigint: (value) => typeof value === 'bigint',
  number: (value) => typeof value === 'number',
  string: (value) => typeof value === 'string',
  date: (value) => value instanceof Date,
};

/** The shape of rows with these fields, and no others. */
export function rowShape<Row>(fields: { readonly [Field in keyof Row]-?: FieldKind<Row[Field]> }): ValueShape<Row> {
  const checks = Object.entries<unknown>(fields).map(([field, kind]) => ({ field, isField: guardOf(kind) }));
  const hasFields = (stored: object) => checks.every(({ field, isField }) => isField(Reflect.get(stored, field)));
  // Rows are asked at every hit and never change: to look at all their fields each time costs more than all else of a hit.
  const known = new WeakSet<object>();
  return {
    version: fingerprintOf(fields),
    fields: Object.keys(fields),
    isValue: (stored): stored is Row => {
      if (typeof stored !== 'object' || stored === null) return false;
      if (known.has(stored)) return true;
      if (!hasFields(stored)) return false;
      known.add(stored);
      return true;
    },
  };
}

/** The shape of lists of such rows. */
export function listShape<Row>({ version, isValue }: ValueShape<Row>): ValueShape<readonly Row[]> {
  return {
    version: fingerprintOf(['list', version]),
    isValue: (stored): stored is readonly Row[] => Array.isArray(stored) && stored.every(isValue),
  };
}

/** The shape of lists of ids. */
export const idListShape: ValueShape<readonly bigint[]> = listShape({
  version: 'id',
  isValue: (stored): stored is bigint => typeof stored === 'bigint',
});

function guardOf(kind: unknown): (value: unknown) => boolean {
  if (Array.isArray(kind)) return (value) => kind.includes(value);
  const text = String(kind);
  const guard = guards[text.replace('?', '')];
  if (guard === undefined) throw new TypeError(`there is no kind of field ${text}`);
  return text.endsWith('?') ? (value) => value === null || guard(value) : guard;
}

function fingerprintOf(description: unknown): string {
  return createHash('sha256').update(JSON.stringify(description)).digest('hex').slice(0, 8);
}
