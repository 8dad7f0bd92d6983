import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type SelectionSetNode,
} from 'graphql';
import { isJsonObject, type JsonObject } from '../subgraph-fetch/json-object.ts';
import type { ClientNames } from './client-names.ts';
import { collectFields, type Selecting } from './collect-fields.ts';
import { leafCheckOf } from './leaf-check.ts';
import { type OwnKey, ownKey, readKey, writeKey } from './own-key.ts';
import { BUBBLE, type Shaping } from './shaping.ts';

/** Makes the answer's value out of the data's, or `BUBBLE`. */
type Complete = (value: unknown, shaping: Shaping) => unknown;

interface FieldShape {
  /** In the data. */
  key: OwnKey;
  /** In the answer. */
  name: OwnKey;
  complete: Complete;
  /** The `typeof` of values that need no look; the most frequent ones are strings. */
  plain: 'string' | 'boolean' | 'none';
}

type ObjectShape = readonly FieldShape[];

export interface AnswerShapeOptions extends Selecting {
  clientNames: ClientNames;
}

/** Shapes the whole answer: `null` when a null reaches the root. */
export type AnswerShape = (data: JsonObject, shaping: Shaping) => JsonObject | null;

const TYPENAME = '__typename';
const INTROSPECTION = new Set(['__schema', '__type']);

/**
 * Compiles how the merged data of all subgraphs becomes the answer: the client's selections and names, its order, checked
 * values, and nulls where the schema has them. The result is an object because `JSON.stringify` writes one faster than text can
 * be put together here.
 * Shapes of types below the root are made when an object of that type is first seen.
 */
export function compileAnswerShape(
  rootType: GraphQLObjectType,
  selectionSet: SelectionSetNode,
  options: AnswerShapeOptions,
): AnswerShape {
  const root = shapeOf(rootType, [selectionSet]);
  return (data, shaping) => {
    const shaped = shapeObject(root, data, shaping);
    return shaped === BUBBLE ? null : shaped;
  };

  function shapeOf(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[]): ObjectShape {
    return [...collectFields(type, selectionSets, options)].flatMap(([key, nodes]) => {
      const complete = completeOf(type, key, nodes);
      if (!complete) return [];
      const name = ownKey(options.clientNames.get(key) ?? key);
      return { key: ownKey(key), name, ...complete };
    });
  }

  function completeOf(
    type: GraphQLCompositeType,
    key: string,
    nodes: readonly FieldNode[],
  ): Pick<FieldShape, 'complete' | 'plain'> | undefined {
    const fieldName = nodes[0]?.name.value ?? '';
    const field = `${type.name}.${fieldName}`;
    if (fieldName === TYPENAME) return { complete: nameOf(type), plain: 'none' };
    if (INTROSPECTION.has(fieldName)) {
      return { complete: (_value, shaping) => shaping.introspected(key), plain: 'none' };
    }
    const definition = isUnionType(type) ? undefined : type.getFields()[fieldName];
    if (!definition) return undefined;
    const selectionSets = nodes.flatMap(({ selectionSet: nested }) => nested ?? []);
    return { complete: completeAs(definition.type, field, selectionSets), plain: plainTypeOf(definition.type) };
  }

  /** A null is final here: of a type that can be null it stays, any other one goes up. */
  function completeAs(type: GraphQLOutputType, field: string, selectionSets: readonly SelectionSetNode[]): Complete {
    if (!isNonNullType(type)) {
      const complete = completePresent(type, field, selectionSets);
      return (value, shaping) => {
        if (value === null || value === undefined) return null;
        const completed = complete(value, shaping);
        return completed === BUBBLE ? null : completed;
      };
    }
    const complete = completePresent(type.ofType, field, selectionSets);
    return (value, shaping) => {
      if (value !== null && value !== undefined) return complete(value, shaping);
      shaping.noteNull(field);
      return BUBBLE;
    };
  }

  /** @param type not a non-null one */
  function completePresent(
    type: Exclude<GraphQLOutputType, { kind: 'NonNull' }>,
    field: string,
    selectionSets: readonly SelectionSetNode[],
  ): Complete {
    if (isListType(type)) return completeList(completeAs(type.ofType, field, selectionSets), field);
    if (isCompositeType(type)) return completeObject(type, field, selectionSets);
    if (!isLeafType(type)) throw new TypeError(`${field} has no output type`);
    const check = leafCheckOf(type);
    return (value, shaping) => {
      const checked = check(value);
      if (checked !== undefined) return checked;
      shaping.noteInvalid(field);
      return BUBBLE;
    };
  }

  function completeObject(
    type: GraphQLCompositeType,
    field: string,
    selectionSets: readonly SelectionSetNode[],
  ): Complete {
    const shapes = new Map<string, ObjectShape>();
    const typenameKeys = typenameKeysOf(type, selectionSets);
    return (value, shaping) => {
      if (!isJsonObject(value)) {
        shaping.noteInvalid(field);
        return BUBBLE;
      }
      const typename = typenameOf(value, typenameKeys) ?? type.name;
      const shape = shapes.get(typename) ?? newShape(typename);
      if (shape) return shapeObject(shape, value, shaping);
      shaping.noteInvalid(field);
      return BUBBLE;
    };

    function newShape(typename: string): ObjectShape | undefined {
      const runtimeType = runtimeTypeOf(type, typename);
      const shape = runtimeType && shapeOf(runtimeType, selectionSets);
      if (shape) shapes.set(typename, shape);
      return shape;
    }
  }

  /** The type of an object of a field, by the name that came with it; `undefined` when it cannot be one of the field's. */
  function runtimeTypeOf(type: GraphQLCompositeType, typename: string): GraphQLCompositeType | undefined {
    if (typename === type.name) return type;
    const named = options.schema.getType(typename);
    if (!isCompositeType(named)) return undefined;
    if (isAbstractType(type)) return !isUnionType(named) && options.schema.isSubType(type, named) ? named : undefined;
    return isAbstractType(named) && options.schema.isSubType(named, type) ? type : undefined;
  }

  /** Under which keys the data may have the type's name: the client can have given it another one. */
  function typenameKeysOf(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[]): readonly OwnKey[] {
    const fields = collectFields(type, selectionSets, options);
    const aliases = [...fields].filter(([, [node]]) => node?.name.value === TYPENAME).map(([key]) => ownKey(key));
    return [ownKey(TYPENAME), ...aliases];
  }
}

function shapeObject(shape: ObjectShape, value: JsonObject, shaping: Shaping): JsonObject | typeof BUBBLE {
  const shaped: JsonObject = {};
  for (const { key, name, complete, plain } of shape) {
    const raw = readKey(value, key);
    if (typeof raw === plain) {
      writeKey(shaped, name, raw);
      continue;
    }
    shaping.path.push(name.name);
    const completed = complete(raw, shaping);
    shaping.path.pop();
    if (completed === BUBBLE) return BUBBLE;
    writeKey(shaped, name, completed);
  }
  return shaped;
}

function completeList(completeItem: Complete, field: string): Complete {
  return (value, shaping) => {
    if (!Array.isArray(value)) {
      shaping.noteInvalid(field);
      return BUBBLE;
    }
    const items: unknown[] = [];
    for (const [index, item] of value.entries()) {
      shaping.path.push(index);
      const completed = completeItem(item, shaping);
      shaping.path.pop();
      if (completed === BUBBLE) return BUBBLE;
      items.push(completed);
    }
    return items;
  };
}

/** The name of the object's type; where only its interface is known there is none. */
function nameOf(type: GraphQLCompositeType): Complete {
  if (isObjectType(type)) return () => type.name;
  return (_value, shaping) => {
    shaping.noteNull(`${type.name}.${TYPENAME}`);
    return BUBBLE;
  };
}

function typenameOf(value: JsonObject, keys: readonly OwnKey[]): string | undefined {
  for (const key of keys) {
    const typename = readKey(value, key);
    if (typename !== undefined && typename !== null) return String(typename);
  }
  return undefined;
}

function plainTypeOf(type: GraphQLOutputType): FieldShape['plain'] {
  const named = isNonNullType(type) ? type.ofType : type;
  if (!isLeafType(named)) return 'none';
  if (named.name === 'String' || named.name === 'ID') return 'string';
  return named.name === 'Boolean' ? 'boolean' : 'none';
}
