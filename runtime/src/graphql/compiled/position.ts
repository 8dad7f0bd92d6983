import type { FieldNode, GraphQLField, GraphQLObjectType, ResponsePath } from 'graphql';
import type { OperationRun } from './operation-run.ts';

/** A field of an operation, on one type of objects. */
export interface OperationField {
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** Every selection of it that applies; their sub-selections are merged. */
  readonly nodes: readonly FieldNode[];
}

/** A place of an operation at which answers have values: a field, or the items of a list in it. */
export interface Position {
  readonly field: OperationField;
  /** Of the object that a field belongs to; `undefined` for items, as in the paths of graphql-js. */
  readonly typename: string | undefined;
  /** How far above this place the nearest one is that may be null; 0 when this one may. */
  readonly stepsToNullable: number;
  readonly complete: Complete;
}

/**
 * Turns what a resolver gave into what the answer says, as "Value Completion" of the specification has it.
 *
 * @param parent where the object or the list is that the value goes into
 * @param key the value's own name or index in it
 * @returns the value, which parts that are still awaited are put into later; or a promise, where not even its type is known yet
 * @throws anything, as the error of this place
 */
export type Complete = (
  run: OperationRun,
  value: unknown,
  parent: ResponsePath | undefined,
  key: string | number,
) => unknown;

/** An object or a list of an answer that is being made. */
export type Target = Record<string | number, unknown>;

/** An empty list of an answer; its keys are indices, which the types of arrays and records cannot both say. */
export function createList(): Target {
  const list: object = [];
  return list as Target;
}

/** The path of a value, as graphql-js has it. Made only where somebody may look at it. */
export function pathTo(
  position: { readonly typename: string | undefined },
  parent: ResponsePath | undefined,
  key: string | number,
): ResponsePath {
  return { prev: parent, key, typename: position.typename };
}
