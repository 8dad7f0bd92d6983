import {
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { compileComposite } from './compile-composite.ts';
import { deliver } from './deliver.ts';
import { plainTestOf } from './plain-value.ts';
import { type Complete, createList, type OperationField, type Position, pathTo } from './position.ts';
import type { SelectionContext } from './selection.ts';

/**
 * Compiles the completion of the values of a field or of the items in it.
 *
 * @param place the type there, the type that a field belongs to (`undefined` for items), and how far above the object or list
 *   around it the nearest place is that may be null
 */
export function compileComplete(
  context: SelectionContext,
  field: OperationField,
  place: { type: GraphQLOutputType; typename: string | undefined; stepsToNullableParent: number },
): Position {
  const isNonNull = isNonNullType(place.type);
  const stepsToNullable = isNonNull ? place.stepsToNullableParent + 1 : 0;
  const header = { field, typename: place.typename, stepsToNullable };
  const complete = compileNullable(context, header, getNullableType(place.type));
  return { ...header, complete: isNonNull ? refuseNull(field, complete) : allowNull(complete) };
}

function allowNull(complete: Complete): Complete {
  return (run, value, parent, key) => {
    if (value === null || value === undefined) return null;
    if (value instanceof Error) throw value;
    return complete(run, value, parent, key);
  };
}

function refuseNull({ parentType, definition }: OperationField, complete: Complete): Complete {
  return (run, value, parent, key) => {
    if (value === null || value === undefined)
      throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
    if (value instanceof Error) throw value;
    return complete(run, value, parent, key);
  };
}

function compileNullable(
  context: SelectionContext,
  header: Omit<Position, 'complete'>,
  type: GraphQLLeafType | GraphQLList<GraphQLOutputType> | GraphQLObjectType | GraphQLAbstractType,
): Complete {
  if (isLeafType(type)) return compileLeaf(type);
  if (isListType(type)) return compileList(context, header, type);
  return compileComposite(context, header, type);
}

function compileLeaf(type: GraphQLLeafType): Complete {
  const isPlain = plainTestOf(type);
  return (_run, value) => {
    if (isPlain(value)) return value;
    const serialized: unknown = type.serialize(value);
    if (serialized === null || serialized === undefined)
      throw new Error(`${type.name} serializes a ${typeof value} to nothing.`);
    return serialized;
  };
}

function compileList(
  context: SelectionContext,
  list: Omit<Position, 'complete'>,
  type: GraphQLList<GraphQLOutputType>,
): Complete {
  const { field } = list;
  const items = compileComplete(context, field, {
    type: type.ofType,
    typename: undefined,
    stepsToNullableParent: list.stepsToNullable,
  });
  return (run, values, parent, key) => {
    if (!isIterable(values)) {
      throw new Error(
        `Expected Iterable, but did not find one for field "${field.parentType.name}.${field.definition.name}".`,
      );
    }
    const path = pathTo(list, parent, key);
    const target = createList();
    let index = 0;
    for (const value of values) {
      deliver(run, items, value, target, index, path);
      index += 1;
    }
    return target;
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
