import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import type { ReceivedAnswer } from '../subgraph-fetch/subgraph-client.ts';

/**
 * An answer that shares nothing which can be changed with its source, since an executor merges other answers into it. To copy it
 * costs a third of parsing its text again.
 * @throws RangeError when its data nests deeper than the stack goes
 */
export function copyAnswer({ answer: { data, errors, extensions }, ...facts }: ReceivedAnswer): ReceivedAnswer {
  return {
    answer: {
      data: data && copyObject(data),
      errors: errors.map((error) => ({ ...error, extensions: copyObject(error.extensions) })),
      extensions: copyObject(extensions),
    },
    ...facts,
  };
}

/** Spreading makes an object of the same hidden class at once, and takes even a key `__proto__` for what it is: a key. */
function copyObject(source: JsonObject): JsonObject {
  const copy = { ...source };
  for (const key in copy) {
    const value = copy[key];
    if (typeof value === 'object' && value !== null) copy[key] = copyValue(value);
  }
  return copy;
}

function copyValue(source: unknown): unknown {
  if (Array.isArray(source)) return source.map(copyValue);
  return isJsonObject(source) ? copyObject(source) : source;
}
