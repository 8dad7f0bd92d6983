import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isObjectType,
  parse,
} from 'graphql';

/** A field of an object type that a query of a subgraph can select. */
export interface ReadField {
  readonly parent: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly isRoot: boolean;
}

/** The schema that a subgraph serves. */
export function subgraphSchema(name: string): GraphQLSchema {
  const file = new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url);
  return buildSubgraphSchema([{ typeDefs: parse(readFileSync(file, 'utf8')) }]);
}

/** The fields that queries can select, but for those of federation itself: what only mutations answer is not among them. */
export function readFieldsOf(schema: GraphQLSchema): readonly ReadField[] {
  const root = schema.getQueryType();
  const types = new Set<GraphQLObjectType>(root ? [root] : []);
  const found: ReadField[] = [];
  // A set goes on with what is added to it on the way.
  for (const parent of types) {
    for (const field of Object.values(parent.getFields())) {
      for (const type of objectTypesOf(schema, field)) types.add(type);
      const isFederations = parent === root && field.name.startsWith('_');
      if (!isFederations && parent.name !== '_Service') found.push({ parent, field, isRoot: parent === root });
    }
  }
  return found;
}

/** The types of objects that a field can answer. */
export function objectTypesOf(
  schema: GraphQLSchema,
  field: GraphQLField<unknown, unknown>,
): readonly GraphQLObjectType[] {
  const type = getNamedType(field.type);
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

/** The types that a gateway can send references to. */
export function entitiesOf(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const type = schema.getType('_Entity');
  const entities = isCompositeType(type) && isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return entities.filter(({ astNode }) =>
    astNode?.directives?.some(
      ({ name, arguments: given = [] }) =>
        name.value === 'key' && !given.some((each) => each.name.value === 'resolvable'),
    ),
  );
}
