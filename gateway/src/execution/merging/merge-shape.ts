import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { type OwnKey, ownKey, readKey, writeKey } from '../own-key.ts';
import type { KeyRename } from './key-rename.ts';

/** The response keys that a subgraph operation can bring for an object of any type; nothing else of its answer is taken. */
export type MergeShape = readonly MergeField[];

interface MergeField {
  readonly key: OwnKey;
  /** Absent for a leaf, whose value is taken as it is. */
  readonly child: MergeShape | undefined;
  /**
   * For `__typename`: names of interfaces. A subgraph that knows the objects of an interface as one type names that, which must
   * not take the place of the object's own type.
   */
  readonly lesserNames: ReadonlySet<unknown> | undefined;
}

export interface MergeShapeOptions {
  /** The key to begin at, when it is not all of the data. */
  root?: string;
  /** What is done to the data before it is merged; both names are in the shape. */
  renames: readonly Pick<KeyRename, 'keys' | 'to'>[];
  interfaceNames: ReadonlySet<string>;
}

/** A shape while it is collected: every selection of a key adds to the same child. */
type Draft = Map<string, Draft | undefined>;

/**
 * The shape of a subgraph operation's data.
 * @param document one operation, perhaps with fragments
 */
export function mergeShapeOf(document: DocumentNode, options: MergeShapeOptions): MergeShape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const draft: Draft = new Map();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) collect(definition.selectionSet, fragments, draft);
  }
  const top = options.root === undefined ? draft : (draft.get(options.root) ?? new Map());
  for (const rename of options.renames) addRenamed(top, rename);
  return settle(top, options.interfaceNames);
}

function addRenamed(top: Draft, { keys, to }: Pick<KeyRename, 'keys' | 'to'>): void {
  let parent: Draft | undefined = top;
  for (const key of keys.slice(0, -1)) parent = parent?.get(key);
  if (!parent) return;
  const renamed = parent.get(keys.at(-1) ?? '');
  // Where the objects of one type have a leaf and those of another have objects, the shape of the objects fits both.
  parent.set(to, renamed ? new Map([...(parent.get(to) ?? []), ...renamed]) : parent.get(to));
}

function collect(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  draft: Draft,
): void {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = selection.alias?.value ?? selection.name.value;
      const child = draft.get(name) ?? (selection.selectionSet && new Map());
      if (selection.selectionSet && child) collect(selection.selectionSet, fragments, child);
      draft.set(name, child);
    } else {
      const selectionSet =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection.selectionSet
          : fragments.get(selection.name.value)?.selectionSet;
      if (selectionSet) collect(selectionSet, fragments, draft);
    }
  }
}

function settle(draft: Draft, interfaceNames: ReadonlySet<string>): MergeShape {
  return [...draft].map(([name, child]) => ({
    key: ownKey(name),
    child: child && settle(child, interfaceNames),
    lesserNames: name === '__typename' ? interfaceNames : undefined,
  }));
}

/**
 * Adds what a subgraph answered to an object. Values that both have are merged; a null never takes the place of something, so
 * that the order in which parallel fetches end does not matter.
 */
export function mergeInto(target: JsonObject, source: JsonObject, shape: MergeShape): void {
  for (const { key, child, lesserNames } of shape) {
    const added = readKey(source, key);
    if (added === undefined) continue;
    const present = readKey(target, key);
    if (present === undefined || present === null) writeKey(target, key, added);
    else if (added !== null && !lesserNames?.has(added))
      writeKey(target, key, child ? mergedValue(present, added, child) : added);
  }
}

function mergedValue(present: unknown, added: unknown, shape: MergeShape): unknown {
  if (present === added) return present;
  if (Array.isArray(present) && Array.isArray(added) && present.length === added.length) {
    for (let i = 0; i < added.length; i++) {
      if (added[i] !== null) present[i] = mergedValue(present[i], added[i], shape);
    }
    return present;
  }
  if (!isJsonObject(present) || !isJsonObject(added)) return added;
  mergeInto(present, added, shape);
  return present;
}

/** A copy that shares no object or list with its source: for data that goes to several places and is added to at each. */
export function copyOf(source: unknown, shape: MergeShape): unknown {
  if (Array.isArray(source)) return source.map((item) => copyOf(item, shape));
  if (!isJsonObject(source)) return source;
  const copy: JsonObject = {};
  for (const { key, child } of shape) {
    const value = readKey(source, key);
    if (value !== undefined) writeKey(copy, key, child ? copyOf(value, child) : value);
  }
  return copy;
}
