import { type GraphQLOutputType, GraphQLScalarType, isEnumType, isListType, isNonNullType } from 'graphql';

/** A number that depends on all of a text (FNV-1a, 32 bits). */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** How many entities of a type there are; few, so that the same one is met in several places. */
export const ENTITY_COUNT = 6;

/** The value of a leaf that depends on nothing but the seed. */
export function leafValue(type: GraphQLOutputType, seed: string): unknown {
  const hash = hashOf(seed);
  if (isEnumType(type)) return type.getValues()[hash % type.getValues().length]?.name;
  if (!(type instanceof GraphQLScalarType)) throw new TypeError(`${type} is not a leaf`);
  if (type.name === 'Int') return hash % 1_000;
  if (type.name === 'Float') return (hash % 1_000) / 4;
  if (type.name === 'Boolean') return hash % 2 === 0;
  return `${type.name} "${hash % 1_000}" é`;
}

/** The type without lists and non-null, and how many lists are around it. */
export function unwrap(type: GraphQLOutputType): GraphQLOutputType {
  return isNonNullType(type) || isListType(type) ? unwrap(type.ofType) : type;
}
