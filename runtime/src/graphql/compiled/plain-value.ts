import {
  GraphQLBoolean,
  type GraphQLEnumType,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  type GraphQLOutputType,
  GraphQLString,
  getNullableType,
  isEnumType,
  isLeafType,
} from 'graphql';

type IsPlain = (value: unknown) => boolean;

const isText: IsPlain = (value) => typeof value === 'string';

const plainTests: ReadonlyMap<GraphQLLeafType, IsPlain> = new Map<GraphQLLeafType, IsPlain>([
  [GraphQLString, isText],
  [GraphQLID, isText],
  [GraphQLBoolean, (value) => typeof value === 'boolean'],
  // The bitwise operation leaves 32-bit integers alone as they are.
  [GraphQLInt, (value) => typeof value === 'number' && (value | 0) === value],
  [GraphQLFloat, (value) => typeof value === 'number' && Number.isFinite(value)],
]);

/**
 * A test for the values that a type, or its non-null form, puts into the answer as they are: most values are such, and nothing
 * has to be called for them. It knows enums and the scalars of the specification; of any other type no value passes.
 */
export function plainTestOf(type: GraphQLOutputType): IsPlain {
  const nullable = getNullableType(type);
  if (isEnumType(nullable)) return enumTestOf(nullable);
  return (isLeafType(nullable) && plainTests.get(nullable)) || (() => false);
}

/** The values that stand for themselves, as they do unless a resolver map says otherwise. */
function enumTestOf(type: GraphQLEnumType): IsPlain {
  const names = new Set<unknown>(type.getValues().flatMap(({ name, value }) => (value === name ? [name] : [])));
  return (value) => names.has(value);
}
