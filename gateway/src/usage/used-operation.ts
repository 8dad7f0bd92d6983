import { hash } from 'node:crypto';
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
import { asksForSchema } from '../planning/introspection-fields.ts';
import { selectOperation } from '../planning/operation-document.ts';
import { useOf } from '../schema-check/used-coordinates.ts';

/** An operation as far as it is counted what clients use: no literal of a client is in it. */
export interface UsedOperation {
  /** Equal for all texts of one name that use the same, so that literals, aliases and the order of fields make no more of them. */
  readonly hash: string;
  readonly name: string;
  readonly coordinates: readonly string[];
  /** As `DocumentUse` has them. */
  readonly variableTypes: readonly string[];
}

/** What is known of an operation of one document. */
export interface ReadOperation {
  readonly use: UsedOperation;
  /** Its variables whose values use something of the schema. */
  readonly inputs: readonly { readonly variable: string; readonly type: GraphQLInputType }[];
}

const LONGEST_NAME = 100;
/** `Query.__schema`, `__Type.name`: every schema has them. */
const INTROSPECTION = /(^|\.)__/;

/**
 * @param document valid for the schema
 * @returns `undefined` where it asks for the schema alone, or there is no such operation
 */
export function readOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): ReadOperation | undefined {
  const selected = selectOperation(document, operationName);
  const [operation] = selected?.definitions ?? [];
  if (!selected || operation?.kind !== Kind.OPERATION_DEFINITION) return undefined;
  const used = useOf(selected, schema);
  const coordinates = [...used.coordinates].filter((coordinate) => !INTROSPECTION.test(coordinate)).sort();
  if (asksForSchema(selected) && !coordinates.some((coordinate) => coordinate.includes('.'))) return undefined;
  const use = {
    name: (operation.name?.value ?? `unnamed ${operation.operation}`).slice(0, LONGEST_NAME),
    coordinates,
    variableTypes: [...used.variableTypes].sort(),
  };
  const inputs = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node);
    const named = getNamedType(type);
    const isRead = isInputType(type) && (isEnumType(named) || isInputObjectType(named));
    return isRead ? [{ variable: variable.name.value, type }] : [];
  });
  return { use: { ...use, hash: hash('sha256', JSON.stringify(use), 'base64url') }, inputs };
}
