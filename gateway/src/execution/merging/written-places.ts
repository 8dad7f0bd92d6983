import type { MergeShape } from './merge-shape.ts';

/**
 * How many fetches of a plan bring something for the objects of a place from above it, from the root or from an entity that they
 * stand below. A place is the response keys that lead to it, with dots between them and without marks of lists.
 */
export type WrittenPlaces = ReadonlyMap<string, number>;

/** @param fetches with the path of their entities and the shape of one of them, or of the data */
export function countWrittenPlaces(
  fetches: Iterable<{ path: readonly (string | number)[]; shape: MergeShape }>,
): WrittenPlaces {
  const counts = new Map<string, number>();
  for (const { path, shape } of fetches) count(shape, placeOf(path));
  return counts;

  function count(shape: MergeShape, above: string): void {
    for (const { key, child } of shape) {
      if (!child) continue;
      const place = placeBelow(above, key.name);
      counts.set(place, (counts.get(place) ?? 0) + 1);
      count(child, place);
    }
  }
}

/** @param path of a plan, with `@` for the items of a list */
export function placeOf(path: readonly (string | number)[]): string {
  return path.filter((step) => step !== '@').reduce<string>((above, step) => placeBelow(above, String(step)), '');
}

/** The place of a field. @param above of the object that it is in; empty for the root */
export function placeBelow(above: string, key: string): string {
  return `${above}.${key}`;
}
