import { isJsonObject, type JsonObject } from '../../subgraph-fetch/json-object.ts';
import { type OwnKey, readKey, writeKey } from '../own-key.ts';
import type { MergeShape } from './merge-shape.ts';
import type { Mark, UnifiedObjects } from './unified-objects.ts';
import { placeBelow, type WrittenPlaces } from './written-places.ts';

const TYPENAME = '__typename';

/** Makes equal objects of an answer that stand below this one the same object, in place. */
export type Unify = (object: JsonObject, unified: UnifiedObjects) => void;

/** The objects of one place. */
interface PlaceShape {
  /** Its number among the places of the shape. */
  readonly index: number;
  readonly leaves: readonly OwnKey[];
  readonly children: readonly ChildShape[];
  /** False for a place that is passed only on the way to others. */
  readonly isUnified: boolean;
}

interface ChildShape {
  readonly key: OwnKey;
  readonly shape: PlaceShape;
}

/**
 * A subgraph repeats an entity wherever it stands in an answer. Once equal objects are one, whatever is done later, finding
 * entities, adding to them, writing them, is done once each.
 *
 * Equal objects of one place stay equal: what is fetched for an object depends on nothing but the object. That does not hold where
 * another fetch brings more for the place from above, since it may bring another thing for each parent: those places are left
 * alone.
 *
 * @param shape of the object that all stands below
 * @param place where that object stands
 * @param isRoot whether it is a root: the entities that a root field lists are hardly ever equal, so they are not compared
 * @returns `undefined` when there is nothing to unify
 */
export function compileUnify(
  shape: MergeShape,
  { place, isRoot, writers }: { place: string; isRoot: boolean; writers: WrittenPlaces },
): Unify | undefined {
  let places = 0;
  const children = childrenOf(shape, place, isRoot);
  if (children.length === 0) return undefined;
  return (object, unified) => {
    for (const child of children) unifyChild(object, child, unified);
  };

  function childrenOf(fields: MergeShape, above: string, areRoots = false): ChildShape[] {
    return fields.flatMap(({ key, child }) => {
      const below = child && placeShape(child, placeBelow(above, key.name), areRoots);
      return below ? [{ key, shape: below }] : [];
    });
  }

  function placeShape(fields: MergeShape, at: string, isRootField: boolean): PlaceShape | undefined {
    const below = childrenOf(fields, at);
    const hasOnlyUnified = fields.every(
      ({ key, child }) => !child || below.some((known) => known.key.name === key.name && known.shape.isUnified),
    );
    const isUnified = hasOnlyUnified && !isRootField && writers.get(at) === 1;
    if (!isUnified && below.length === 0) return undefined;
    const leaves = fields.filter(({ child }) => !child).map(({ key }) => key);
    return { index: places++, leaves, children: below, isUnified };
  }
}

function unifyChild(parent: JsonObject, { key, shape }: ChildShape, unified: UnifiedObjects): void {
  const value = readKey(parent, key);
  const one = unifyValue(value, shape, unified);
  if (one !== value) writeKey(parent, key, one);
}

function unifyValue(value: unknown, shape: PlaceShape, unified: UnifiedObjects): unknown {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const one = unifyValue(value[i], shape, unified);
      if (one !== value[i]) value[i] = one;
    }
    return value;
  }
  return isJsonObject(value) ? unifyObject(value, shape, unified) : value;
}

/** Compares before it descends: most of what stands below an object that came before needs no other look. */
function unifyObject(object: JsonObject, shape: PlaceShape, unified: UnifiedObjects): JsonObject {
  const mark = shape.isUnified ? markOf(object, shape) : undefined;
  const known = mark === undefined ? undefined : unified.find(shape.index, mark);
  if (known && isEqual(known, object, shape)) {
    unified.repeat(shape.index);
    return known;
  }
  for (const child of shape.children) unifyChild(object, child, unified);
  if (mark !== undefined) unified.add(shape.index, mark, object);
  return object;
}

/** Objects with unlike marks are not equal. An object without any is not worth a comparison. */
function markOf(object: JsonObject, { leaves }: PlaceShape): Mark | undefined {
  for (const key of leaves) {
    const value = readKey(object, key);
    if (key.name !== TYPENAME && (typeof value === 'string' || typeof value === 'number')) return value;
  }
  return undefined;
}

function isEqual(one: JsonObject, other: JsonObject, { leaves, children }: PlaceShape): boolean {
  for (const key of leaves) if (!isEqualValue(readKey(one, key), readKey(other, key), undefined)) return false;
  for (const { key, shape } of children) {
    if (!isEqualValue(readKey(one, key), readKey(other, key), shape)) return false;
  }
  return true;
}

/** @param shape of the objects of the place; objects that are leaves are not compared */
function isEqualValue(one: unknown, other: unknown, shape: PlaceShape | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) if (!isEqualValue(one[i], other[i], shape)) return false;
    return true;
  }
  return shape !== undefined && isJsonObject(one) && isJsonObject(other) && isEqual(one, other, shape);
}
