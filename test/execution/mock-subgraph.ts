import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { parseFieldSet } from '@tributary/gateway/planning/field-set';
import {
  type DirectiveNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  graphql,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  type TypeDefinitionNode,
} from 'graphql';
import { ENTITY_COUNT, hashOf, leafValue } from './mock-values.ts';

/** A subgraph whose every value follows from the entity and the field, so that all subgraphs agree and every run gives the same. */
export interface MockSubgraph {
  name: string;
  sdl: string;
  /** Answers a request body (JSON text) with a response body. */
  answer(body: string): Promise<string>;
}

/** How a mocked graph misbehaves; equal for all who ask about the same field of the same entity. */
export interface Mood {
  /** Of a thousand values that may be null, so many are. */
  nullsPerMille: number;
  /** Of a thousand values, so many are errors. */
  errorsPerMille: number;
}

interface MockObject {
  __typename: string;
  /** What identifies it: `#3` for an entity, the way to it for anything else. */
  seed: string;
  /** How it was asked for, when it was found by a representation. */
  representation?: Record<string, unknown>;
}

const LENGTHS = [1, 2, 3, 2, 3, 0];

/** Lists of lists of objects with such lists in turn grow to tens of thousands of objects otherwise. */
const LENGTHS_OF_NESTED_LISTS = [1, 2, 1, 1, 1, 0];

export const calm: Mood = { nullsPerMille: 0, errorsPerMille: 0 };

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@requires", "@external", "@provides", "@shareable", "@override", "@inaccessible", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy"
])\n`;

/**
 * Makes a subgraph out of its schema alone.
 * @param sdl without its link to the federation specification, unless it brings its own
 */
export function createMockSubgraph(name: string, sdl: string, mood: () => Mood): MockSubgraph {
  const linkedSdl = sdl.includes('@link(') ? sdl : LINK + sdl;
  const typeDefs = parse(linkedSdl);
  const facts = readFacts(typeDefs);
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: referenceResolvers(facts) }]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue;
      field.resolve = mockResolver(schema, facts, mood, type.name, field.type);
    }
  }
  return {
    name,
    sdl: linkedSdl,
    async answer(body) {
      const { query, variables, operationName } = JSON.parse(body);
      return JSON.stringify(await graphql({ schema, source: query, variableValues: variables, operationName }));
    },
  };
}

/** What a schema says that its executable form does not. */
interface SchemaFacts {
  /** The fields of all keys, by type. */
  keys: Map<string, Set<string>>;
  /** The keys by which entities are found, by type; those that are not `resolvable` are no such keys. */
  resolvableKeys: Map<string, SelectionSetNode[]>;
  /** The fields that a field is computed from, by `Type.field`. */
  computed: Map<string, string[]>;
}

function readFacts({ definitions }: DocumentNode): SchemaFacts {
  const facts: SchemaFacts = { keys: new Map(), resolvableKeys: new Map(), computed: new Map() };
  for (const definition of definitions as readonly TypeDefinitionNode[]) {
    for (const directive of definition.directives ?? []) {
      const fields = directive.name.value === 'key' ? fieldSetOf(directive) : undefined;
      if (fields === undefined) continue;
      const known = facts.keys.get(definition.name.value) ?? new Set();
      for (const field of fields.match(/\w+/g) ?? []) known.add(field);
      facts.keys.set(definition.name.value, known);
      if (isResolvable(directive)) {
        const resolvable = facts.resolvableKeys.get(definition.name.value) ?? [];
        facts.resolvableKeys.set(definition.name.value, [...resolvable, parseFieldSet(fields)]);
      }
    }
    if (!('fields' in definition)) continue;
    for (const { name, directives = [] } of definition.fields ?? []) {
      const requires = directives.find((directive) => directive.name.value === 'requires');
      const fields = requires && fieldSetOf(requires);
      if (fields) facts.computed.set(`${definition.name.value}.${name.value}`, topLevelNames(fields));
    }
  }
  return facts;
}

function fieldSetOf({ arguments: args = [] }: DirectiveNode): string | undefined {
  const fields = args.find(({ name }) => name.value === 'fields')?.value;
  return fields?.kind === Kind.STRING ? fields.value : undefined;
}

function isResolvable({ arguments: args = [] }: DirectiveNode): boolean {
  const value = args.find(({ name }) => name.value === 'resolvable')?.value;
  return value?.kind !== Kind.BOOLEAN || value.value;
}

function topLevelNames(fieldSet: string): string[] {
  return parseFieldSet(fieldSet).selections.flatMap((selection) =>
    selection.kind === Kind.FIELD ? [selection.name.value] : [],
  );
}

/** Whether a representation has all fields of a key. */
function hasKey(representation: unknown, key: SelectionSetNode): boolean {
  return key.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD || typeof representation !== 'object' || representation === null) return false;
    const value = (representation as Record<string, unknown>)[selection.name.value];
    return value !== undefined && (!selection.selectionSet || hasKey(value, selection.selectionSet));
  });
}

function referenceResolvers({ keys, resolvableKeys }: SchemaFacts): GraphQLResolverMap<unknown> {
  const resolverOf = (type: string, fields: ReadonlySet<string>) => ({
    __resolveReference(
      representation: Record<string, unknown>,
      _context: unknown,
      { schema }: GraphQLResolveInfo,
    ): MockObject | null {
      const isFound = resolvableKeys.get(type)?.some((key) => hasKey(representation, key)) ?? false;
      const number = isFound ? entityNumber(representation, fields) : undefined;
      const named = schema.getType(type);
      if (number === undefined || !named) return null;
      return { __typename: typenameOf(schema, named, number), seed: `#${number}`, representation };
    },
  });
  const resolvers = [...keys].map(([type, fields]) => [type, resolverOf(type, fields)]);
  return Object.fromEntries(resolvers) as GraphQLResolverMap<unknown>;
}

/** Any part of a key carries the number of its entity. */
function entityNumber(representation: Record<string, unknown>, fields: ReadonlySet<string>): number | undefined {
  for (const field of fields) {
    const value = representation[field];
    if (typeof value === 'object' && value !== null) {
      const nested = entityNumber(value as Record<string, unknown>, fields);
      if (nested !== undefined) return nested;
    }
    if (typeof value === 'string' || typeof value === 'number') return Number(String(value).replace(/\D/g, ''));
  }
  return undefined;
}

function typenameOf(schema: GraphQLSchema, type: GraphQLNamedType, number: number): string {
  if (!isAbstractType(type)) return type.name;
  const names = schema.getPossibleTypes(type).map(({ name }) => name);
  names.sort();
  return names[number % names.length] ?? type.name;
}

function mockResolver(
  schema: GraphQLSchema,
  { keys, computed }: SchemaFacts,
  mood: () => Mood,
  parentType: string,
  fieldType: GraphQLOutputType,
): GraphQLFieldResolver<MockObject | undefined, unknown> {
  return (parent, args, _context, { fieldName }) => {
    const isKey = keys.get(parentType)?.has(fieldName) ?? false;
    const origin = parent?.seed ?? parentType;
    const isEntityKey = isKey && origin.startsWith('#');
    let seed = `${origin}.${fieldName}(${JSON.stringify(args)})`;
    for (const required of computed.get(`${parentType}.${fieldName}`) ?? []) {
      seed += `,${required}=${JSON.stringify(parent?.representation?.[required])}`;
    }
    return valueAt(fieldType, seed, isEntityKey ? Number(origin.slice(1)) : undefined);
  };

  /** @param key the number of the entity, when the value is part of its key */
  function valueAt(type: GraphQLOutputType, seed: string, key: number | undefined): unknown {
    const hash = hashOf(`${seed}!`);
    if (key === undefined && hash % 1_000 < mood().errorsPerMille) {
      throw new GraphQLError('out of order', { extensions: { code: 'MOCKED' } });
    }
    if (isNonNullType(type)) return presentValueOf(type.ofType, seed, key);
    if (key === undefined && (hash >>> 10) % 1_000 < mood().nullsPerMille) return null;
    return presentValueOf(type, seed, key);
  }

  function presentValueOf(type: GraphQLOutputType, seed: string, key: number | undefined): unknown {
    if (isListType(type)) {
      const lengths = isListType(getNullableType(type.ofType)) ? LENGTHS_OF_NESTED_LISTS : LENGTHS;
      return Array.from({ length: lengths[hashOf(`${seed}[]`) % lengths.length] ?? 0 }, (_, index) => {
        try {
          return valueAt(type.ofType, `${seed}[${index}]`, key);
        } catch (error) {
          return error;
        }
      });
    }
    if (isLeafType(type)) return key === undefined ? leafValue(type, seed) : keyValue(type.toString(), key);
    const named = schema.getType(type.toString());
    if (!named) throw new TypeError(`no type ${type}`);
    return objectOf(named, seed, key);
  }

  function objectOf(type: GraphQLNamedType, seed: string, key: number | undefined): MockObject {
    const entity = key ?? hashOf(`${seed}#`) % ENTITY_COUNT;
    const typename = typenameOf(schema, type, entity);
    if (!keys.has(typename) && key === undefined) return { __typename: typename, seed };
    return { __typename: typename, seed: `#${entityOf(schema, typename, entity)}` };
  }
}

function keyValue(type: string, entity: number): unknown {
  return type === 'Int' ? entity : `${entity}`;
}

/** An entity of an interface has one type everywhere: the one that its number stands for. */
function entityOf(schema: GraphQLSchema, typename: string, entity: number): number {
  const type = schema.getType(typename);
  if (!isObjectType(type)) return entity;
  for (const parent of type.getInterfaces()) {
    if (!parent.astNode?.directives?.some(({ name }) => name.value === 'key')) continue;
    const names = schema.getPossibleTypes(parent).map(({ name }) => name);
    names.sort();
    return entity - (entity % names.length) + names.indexOf(typename);
  }
  return entity;
}
