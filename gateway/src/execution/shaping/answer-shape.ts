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
import type { JsonObject } from '../../subgraph-fetch/json-object.ts';
import type { ClientNames } from '../merging/client-names.ts';
import { type OwnKey, ownKey, readKey } from '../own-key.ts';
import { DEFAULT_ANSWER_LIMIT } from './answer-limit.ts';
import { collectFields, type Selecting } from './collect-fields.ts';
import type { Completer } from './completer.ts';
import { jsonText } from './json-text.ts';
import { leafCompleter } from './leaf-completer.ts';
import { listCompleter } from './list-completer.ts';
import { nonNullCompleter, nullableCompleter } from './null-completer.ts';
import {
  completeFields,
  type FieldShape,
  type ObjectShape,
  objectCompleter,
  objectShape,
  writeFields,
} from './object-completer.ts';
import { BUBBLE, type Shaping } from './shaping.ts';
import { WrittenTexts } from './written-texts.ts';

export interface AnswerShapeOptions extends Selecting {
  clientNames: ClientNames;
  /** The keys of fields that are null since they were refused; `clientNames` has their names. */
  refusedKeys?: ReadonlySet<string>;
  /** How many characters of JSON the answer may have; `DEFAULT_ANSWER_LIMIT` unless told. */
  answerLimit?: number;
}

/** Makes the data of the answer out of the merged data of all subgraphs. */
export interface AnswerShape {
  /**
   * `null` when a null reaches the root.
   * @throws CodedError ANSWER_TOO_LARGE
   */
  shape(data: JsonObject, shaping: Shaping): JsonObject | null;
  /**
   * What `shape` makes, as JSON text, or `undefined` where anything at all is wrong with the data: errors and their places are
   * left to `shape`.
   * @param hasRepeats whether objects may stand in several places
   * @throws CodedError ANSWER_TOO_LARGE
   */
  write(data: JsonObject, hasRepeats: boolean): string | undefined;
}

const TYPENAME = '__typename';
const INTROSPECTION = new Set(['__schema', '__type']);

/**
 * Compiles how the merged data of all subgraphs becomes the answer: the client's selections and names, its order, checked
 * values, and nulls where the schema has them.
 * Shapes of types below the root are made when an object of that type is first seen.
 */
export function compileAnswerShape(
  rootType: GraphQLObjectType,
  selectionSet: SelectionSetNode,
  options: AnswerShapeOptions,
): AnswerShape {
  let places = 0;
  const { refusedKeys = new Set(), answerLimit = DEFAULT_ANSWER_LIMIT } = options;
  const root = shapeOf(rootType, [selectionSet]);
  return {
    shape(data, shaping) {
      const shaped = completeFields(root, data, shaping);
      return shaped === BUBBLE ? null : shaped;
    },
    write: (data, hasRepeats) => writeFields(root, data, hasRepeats ? new WrittenTexts() : undefined),
  };

  function shapeOf(type: GraphQLCompositeType, selectionSets: readonly SelectionSetNode[]): ObjectShape {
    const selected = collectFields(type, selectionSets, options);
    const answered = new Set([...selected.keys()].filter((key) => !refusedKeys.has(key)).map(nameOf));
    const fields = [...selected].flatMap(([key, nodes]) => {
      // What is refused on an interface may be asked for on the type as well, and be answered there.
      const isAnsweredToo = refusedKeys.has(key) && answered.has(nameOf(key));
      const completer = isAnsweredToo ? undefined : completerOf(type, key, nodes);
      return completer ? { key: ownKey(key), name: ownKey(nameOf(key)), ...completer } : [];
    });
    return objectShape(fields, answerLimit);
  }

  function nameOf(key: string): string {
    return options.clientNames.get(key) ?? key;
  }

  function completerOf(
    type: GraphQLCompositeType,
    key: string,
    nodes: readonly FieldNode[],
  ): Pick<FieldShape, 'completer' | 'isRequired' | 'plain'> | undefined {
    const fieldName = nodes[0]?.name.value ?? '';
    if (fieldName === TYPENAME) return { completer: nameCompleter(type), isRequired: false, plain: 'none' };
    if (INTROSPECTION.has(fieldName)) {
      return { completer: introspectionCompleter(key), isRequired: false, plain: 'none' };
    }
    const definition = isUnionType(type) ? undefined : type.getFields()[fieldName];
    if (!definition) return undefined;
    const selectionSets = nodes.flatMap(({ selectionSet: nested }) => nested ?? []);
    return {
      completer: completerFor(definition.type, `${type.name}.${fieldName}`, selectionSets),
      isRequired: isNonNullType(definition.type),
      plain: plainTypeOf(definition.type),
    };
  }

  function completerFor(type: GraphQLOutputType, field: string, selectionSets: readonly SelectionSetNode[]): Completer {
    return isNonNullType(type)
      ? nonNullCompleter(presentCompleter(type.ofType, field, selectionSets), field)
      : nullableCompleter(presentCompleter(type, field, selectionSets));
  }

  function presentCompleter(
    type: Exclude<GraphQLOutputType, { kind: 'NonNull' }>,
    field: string,
    selectionSets: readonly SelectionSetNode[],
  ): Completer {
    if (isListType(type)) return listCompleter(completerFor(type.ofType, field, selectionSets), field, answerLimit);
    if (isCompositeType(type)) return completerForObjects(type, field, selectionSets);
    if (!isLeafType(type)) throw new TypeError(`${field} has no output type`);
    return leafCompleter(type, field);
  }

  function completerForObjects(
    type: GraphQLCompositeType,
    field: string,
    selectionSets: readonly SelectionSetNode[],
  ): Completer {
    const shapes = new Map<string, ObjectShape>();
    const typenameKeys = typenameKeysOf(type, selectionSets);
    return objectCompleter({
      field,
      place: places++,
      shapeFor(value) {
        const typename = typenameOf(value, typenameKeys) ?? type.name;
        return shapes.get(typename) ?? newShape(typename);
      },
    });

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

/** The name of the object's type; where only its interface is known there is none. */
function nameCompleter(type: GraphQLCompositeType): Completer {
  const text = jsonText(type.name);
  if (isObjectType(type)) return { complete: () => type.name, write: () => text };
  return {
    complete(_value, shaping) {
      shaping.noteNull(`${type.name}.${TYPENAME}`);
      return BUBBLE;
    },
    write: () => undefined,
  };
}

/** Questions about the schema are rare, so they are not worth a text of their own. */
function introspectionCompleter(key: string): Completer {
  return { complete: (_value, shaping) => shaping.introspected(key), write: () => undefined };
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
  if (named.name === 'Int' || named.name === 'Float') return 'number';
  return named.name === 'Boolean' ? 'boolean' : 'none';
}
