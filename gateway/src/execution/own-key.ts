import type { JsonObject } from '../subgraph-fetch/json-object.ts';

/**
 * A response key. Clients choose them (`constructor: name` and `__proto__: name` are valid GraphQL), so a key that every object
 * inherits must neither be read through the prototype nor, for `__proto__`, set it. Which keys those are is known when an
 * operation is compiled: all others are read and written as plain properties.
 */
export interface OwnKey {
  readonly name: string;
  readonly isInherited: boolean;
}

/** Prepares a response key. */
export function ownKey(name: string): OwnKey {
  return { name, isInherited: name in Object.prototype };
}

/** The object's own value, `undefined` when it has none. */
export function readKey(object: JsonObject, key: OwnKey): unknown {
  if (key.isInherited && !Object.hasOwn(object, key.name)) return undefined;
  return object[key.name];
}

/** Sets the object's own value, never its prototype. */
export function writeKey(object: JsonObject, key: OwnKey, value: unknown): void {
  if (key.isInherited) {
    Object.defineProperty(object, key.name, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key.name] = value;
  }
}
