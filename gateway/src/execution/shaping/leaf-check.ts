import { type GraphQLLeafType, isEnumType, isSpecifiedScalarType } from 'graphql';

/** The value that an answer has for a leaf, or `undefined` for one that the type does not have. */
export type LeafCheck = (value: unknown) => unknown;

const MAX_INT = 2 ** 31 - 1;
const MIN_INT = -(2 ** 31);

const checks: Record<string, LeafCheck> = {
  Int: (value) => (Number.isInteger(value) && Number(value) <= MAX_INT && Number(value) >= MIN_INT ? value : undefined),
  Float: (value) => (Number.isFinite(value) ? value : undefined),
  String: (value) => (typeof value === 'string' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  // An ID is always a string for clients; subgraphs may have sent the integer that it is for them.
  ID: (value) => (typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined),
};

/**
 * How values of a leaf type are checked. They were serialised by a subgraph, so nothing is coerced; an enum value that clients
 * may not see is none; a custom scalar is what it is.
 */
export function leafCheckOf(type: GraphQLLeafType): LeafCheck {
  if (isEnumType(type)) {
    const names = new Set(type.getValues().map(({ name }) => name));
    return (value) => (typeof value === 'string' && names.has(value) ? value : undefined);
  }
  const check = isSpecifiedScalarType(type) ? checks[type.name] : undefined;
  return check ?? checkCustom;
}

/** Infinity is what a parser makes of a number that is too large; written as JSON again it would be a null. */
function checkCustom(value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
}
