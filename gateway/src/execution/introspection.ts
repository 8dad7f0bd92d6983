import {
  type DocumentNode,
  executeSync,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import { collectFields, type Selecting } from './shaping/collect-fields.ts';

const INTROSPECTION = new Set(['__schema', '__type']);

/**
 * Answers the fields of an operation that ask for the schema, which no subgraph is asked for, with graphql-js on the schema that
 * clients see.
 * @returns by response key, for the variables as the client sent them
 */
export function compileIntrospection(
  operation: OperationDefinitionNode,
  selecting: Selecting,
): (variables: Readonly<JsonObject>) => JsonObject {
  const { schema, fragments } = selecting;
  const rootType = schema.getRootType(operation.operation);
  const fields = rootType ? [...collectFields(rootType, [operation.selectionSet], selecting).values()].flat() : [];
  const selections = fields.filter(({ name }) => INTROSPECTION.has(name.value));
  const document = introspectionDocument(operation, selections, fragments);
  return (variableValues) => introspect(schema, document, variableValues);
}

function introspectionDocument(
  operation: OperationDefinitionNode,
  selections: OperationDefinitionNode['selectionSet']['selections'],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DocumentNode {
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  return { kind: Kind.DOCUMENT, definitions: [{ ...operation, selectionSet }, ...fragments.values()] };
}

/** @throws GraphQLError when the schema does not answer a valid question about itself, which is a defect */
function introspect(schema: GraphQLSchema, document: DocumentNode, variableValues: Readonly<JsonObject>): JsonObject {
  const { data, errors } = executeSync({ schema, document, variableValues });
  if (errors?.[0]) throw errors[0];
  return data ?? {};
}
