import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { type OwnKey, ownKey, readKey } from '../own-key.ts';

/** A place in an answer, as errors name it. */
export type AnswerPath = (string | number)[];

/**
 * Finds the objects at a path of a plan, in the order of the answer. Where the data is not what the path says, there are none: the
 * data is a subgraph's, and the answer's shape reports it.
 */
export interface EntityPath {
  /** Calls `visit` for every object. One that stands in several places because a list is shared is visited once. */
  collect(data: JsonObject, visit: (entity: JsonObject) => void): void;
  /** Finds out where every object stands, for errors. */
  locate(data: JsonObject): EntityPlaces;
}

/** Where the objects at a path stand. */
export interface EntityPlaces {
  /** @param most how many places are looked for: an object can stand in more of them than could ever be written */
  of(entity: JsonObject, most: number): AnswerPath[];
}

/** `undefined` stands for all items of a list. */
type Step = OwnKey | undefined;

/** @param path keys, and `@` for the items of a list */
export function compileEntityPath(path: readonly (string | number)[]): EntityPath {
  const steps: readonly Step[] = path.map((step) => (step === '@' ? undefined : ownKey(String(step))));
  return {
    collect: (data, visit) => collect(steps, data, 0, new Set(), visit),
    locate: (data) => locate(steps, data),
  };
}

/** Equal entities share what is below them, so most lists of a deep answer are met again and again. */
function collect(
  steps: readonly Step[],
  value: unknown,
  depth: number,
  seenLists: Set<unknown>,
  visit: (entity: JsonObject) => void,
): void {
  if (depth === steps.length) {
    if (isJsonObject(value)) visit(value);
    return;
  }
  const key = steps[depth];
  if (key) {
    if (isJsonObject(value)) collect(steps, readKey(value, key), depth + 1, seenLists, visit);
  } else if (Array.isArray(value) && !seenLists.has(value)) {
    seenLists.add(value);
    for (const item of value) collect(steps, item, depth + 1, seenLists, visit);
  }
}

/** An object or list on the way, and all that lead to it. */
interface Stop {
  readonly from: { readonly stop: Stop; readonly step: string | number }[];
}

/** Passes every object and list once, however many ways lead there: they can be more than anybody has time for. */
function locate(steps: readonly Step[], data: JsonObject): EntityPlaces {
  const stops = Array.from({ length: steps.length + 1 }, () => new Map<unknown, Stop>());
  const root: Stop = { from: [] };
  pass(root, data, 0);
  return {
    of(entity, most) {
      const places: AnswerPath[] = [];
      const stop = entity === data && steps.length === 0 ? root : stops[steps.length]?.get(entity);
      if (stop) climb(stop, [], { places, most });
      return places;
    },
  };

  function pass(stop: Stop, value: unknown, depth: number): void {
    if (depth === steps.length) return;
    const key = steps[depth];
    if (!key) {
      if (Array.isArray(value))
        for (const [index, item] of value.entries()) reach(item, { stop, step: index }, depth + 1);
    } else if (isJsonObject(value)) reach(readKey(value, key), { stop, step: key.name }, depth + 1);
  }

  function reach(value: unknown, from: Stop['from'][number], depth: number): void {
    if (typeof value !== 'object' || value === null) return;
    const known = stops[depth]?.get(value);
    if (known) {
      known.from.push(from);
      return;
    }
    const stop: Stop = { from: [from] };
    stops[depth]?.set(value, stop);
    pass(stop, value, depth);
  }
}

/** @param below the steps that were climbed, the last one first */
function climb({ from }: Stop, below: AnswerPath, found: { places: AnswerPath[]; most: number }): void {
  if (from.length === 0) found.places.push(below.toReversed());
  for (const { stop, step } of from) {
    if (found.places.length >= found.most) return;
    below.push(step);
    climb(stop, below, found);
    below.pop();
  }
}
