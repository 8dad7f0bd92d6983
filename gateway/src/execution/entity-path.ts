import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import { ownKey, readKey } from './own-key.ts';

/** A place in an answer, as errors name it. */
export type AnswerPath = (string | number)[];

/**
 * Calls `visit` for every object at a path of a plan, in the order of the answer. Where the data is not what the path says, there
 * are no objects: the data is a subgraph's, and the writer of the answer reports it.
 */
export type EntityPath = (data: JsonObject, visit: (entity: JsonObject, path: AnswerPath) => void) => void;

/** @param path keys and `@` for the items of a list; `visit` gets one array that changes with every call */
export function compileEntityPath(path: readonly (string | number)[]): EntityPath {
  const steps = path.map((step) => (step === '@' ? undefined : ownKey(String(step))));
  return (data, visit) => walk(data, 0, [], visit);

  function walk(value: unknown, depth: number, at: AnswerPath, visit: Parameters<EntityPath>[1]): void {
    if (depth === steps.length) {
      if (isJsonObject(value)) visit(value, at);
      return;
    }
    const key = steps[depth];
    if (key === undefined) {
      if (!Array.isArray(value)) return;
      for (let i = 0; i < value.length; i++) {
        at.push(i);
        walk(value[i], depth + 1, at, visit);
        at.pop();
      }
    } else if (isJsonObject(value)) {
      at.push(key.name);
      walk(readKey(value, key), depth + 1, at, visit);
      at.pop();
    }
  }
}
