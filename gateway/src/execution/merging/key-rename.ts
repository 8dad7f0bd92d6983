import type { FetchDataRewrite } from '@apollo/query-planner';
import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { UnsupportedPlanError } from '../fetches/unsupported-plan.ts';
import { type OwnKey, ownKey, readKey, writeKey } from '../own-key.ts';
import { namesSatisfying, type SupergraphTypes } from '../supergraph-types.ts';

/**
 * Gives values of a subgraph's answer the names that the client chose. The planner had to ask for them under others, because
 * two types of one abstract type have unlike fields under one name, which one operation may not select.
 */
export interface KeyRename {
  /** The response keys from the root of the data to the value, type conditions left out. */
  readonly keys: readonly string[];
  readonly to: string;
  /** Renames in place; doing it again changes nothing. */
  apply(data: JsonObject): void;
}

type Step = { kind: 'key'; key: OwnKey } | { kind: 'condition'; names: ReadonlySet<string> };

const FRAGMENT = '... on ';

/** @throws UnsupportedPlanError for a rewrite that the planner does not make for an answer */
export function compileKeyRename(rewrite: FetchDataRewrite, types: SupergraphTypes): KeyRename {
  const keys = keysOf(rewrite.path);
  const from = rewrite.path.at(-1);
  if (rewrite.kind !== 'KeyRenamer' || from === undefined || from !== keys.at(-1)) {
    throw new UnsupportedPlanError(`a rewrite of ${rewrite.path.join('.')}`);
  }
  const [fromKey, toKey] = [ownKey(from), ownKey(rewrite.renameKeyTo)];
  const steps = rewrite.path
    .slice(0, -1)
    .map(
      (element): Step =>
        element.startsWith(FRAGMENT)
          ? { kind: 'condition', names: namesSatisfying(element.slice(FRAGMENT.length), types) }
          : { kind: 'key', key: ownKey(element) },
    );
  return { keys, to: rewrite.renameKeyTo, apply: (data) => walk(data, 0) };

  function walk(value: unknown, depth: number): void {
    if (Array.isArray(value)) {
      for (const item of value) walk(item, depth);
      return;
    }
    if (!isJsonObject(value)) return;
    const step = steps[depth];
    if (!step) rename(value);
    else if (step.kind === 'key') walk(readKey(value, step.key), depth + 1);
    else if (satisfies(value, step.names)) walk(value, depth + 1);
  }

  function rename(object: JsonObject): void {
    const value = readKey(object, fromKey);
    if (value === undefined) return;
    writeKey(object, toKey, value);
    delete object[fromKey.name];
  }
}

/** The response keys in the path of a rewrite. */
export function keysOf(path: readonly string[]): string[] {
  return path.filter((element) => !element.startsWith(FRAGMENT));
}

/** An object without a type name is one whose type the fetch knows from where it asked. */
function satisfies(object: JsonObject, names: ReadonlySet<string>): boolean {
  const typename = object['__typename'];
  return typeof typename === 'string' ? names.has(typename) : true;
}
