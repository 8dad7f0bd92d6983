import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInputType,
  Kind,
  typeFromAST,
} from 'graphql';
import { operationHash, selectOperation } from '../planning/operation-document.ts';
import { useOf } from '../schema-check/used-coordinates.ts';

/** An operation as far as it is counted what clients use: no literal of a client is in it. */
export interface UsedOperation {
  /** Equal for texts that differ in nothing but white space and comments. */
  readonly hash: string;
  readonly name: string;
  readonly coordinates: readonly string[];
  /** As `DocumentUse` has them. */
  readonly variableTypes: readonly string[];
  /** Its variables whose values use something of the schema. */
  readonly inputs: readonly { readonly variable: string; readonly type: GraphQLInputType }[];
}

const LONGEST_NAME = 100;

/** @param document valid for the schema */
export function usedOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): UsedOperation | undefined {
  const selected = selectOperation(document, operationName);
  const [operation] = selected?.definitions ?? [];
  if (!selected || operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
  const { coordinates, variableTypes } = useOf(selected, schema);
  const inputs = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node);
    const named = getNamedType(type);
    const isRead = isInputType(type) && (isEnumType(named) || isInputObjectType(named));
    return isRead ? [{ variable: variable.name.value, type }] : [];
  });
  return {
    hash: operationHash(selected),
    name: (operation.name?.value ?? `unnamed ${operation.operation}`).slice(0, LONGEST_NAME),
    coordinates: [...coordinates],
    variableTypes: [...variableTypes],
    inputs,
  };
}
