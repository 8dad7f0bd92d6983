import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import { type OwnKey, ownKey, readKey } from './own-key.ts';

/** A place in an answer, as errors name it. */
export type AnswerPath = (string | number)[];

/**
 * Finds the objects at a path of a plan, in the order of the answer. Where the data is not what the path says, there are none: the
 * data is a subgraph's, and the answer's shape reports it.
 */
export interface EntityPath {
  /** Calls `visit` for every object. One that stands in several places because a list is shared is visited once. */
  collect(data: JsonObject, visit: (entity: JsonObject) => void): void;
  /** Calls `visit` for every place. The path that it gets is one array that changes with every call. */
  locate(data: JsonObject, visit: (entity: JsonObject, path: AnswerPath) => void): void;
}

/** `undefined` stands for all items of a list. */
type Step = OwnKey | undefined;

/** @param path keys, and `@` for the items of a list */
export function compileEntityPath(path: readonly (string | number)[]): EntityPath {
  const steps: readonly Step[] = path.map((step) => (step === '@' ? undefined : ownKey(String(step))));
  return {
    collect: (data, visit) => collect(steps, data, 0, new Set(), visit),
    locate: (data, visit) => locate(steps, data, 0, [], visit),
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

function locate(
  steps: readonly Step[],
  value: unknown,
  depth: number,
  at: AnswerPath,
  visit: (entity: JsonObject, path: AnswerPath) => void,
): void {
  if (depth === steps.length) {
    if (isJsonObject(value)) visit(value, at);
    return;
  }
  const key = steps[depth];
  if (key) {
    if (!isJsonObject(value)) return;
    at.push(key.name);
    locate(steps, readKey(value, key), depth + 1, at, visit);
    at.pop();
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      at.push(index);
      locate(steps, item, depth + 1, at, visit);
      at.pop();
    }
  }
}
