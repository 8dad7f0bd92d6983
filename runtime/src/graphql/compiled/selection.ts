import type { FieldNode, GraphQLObjectType, GraphQLSchema, ResponsePath } from 'graphql';
import type { OperationRun } from './operation-run.ts';
import type { Target } from './position.ts';

/** Resolves a field of an object and delivers the value into the object's part of the answer. */
export type ExecuteField = (
  run: OperationRun,
  source: unknown,
  target: Target,
  parent: ResponsePath | undefined,
) => void;

/** What is selected on one type of objects. */
export interface Selection {
  readonly fields: readonly { readonly execute: ExecuteField }[];
  /** An object of the answer that has all its keys, in order, and nothing but null in them. */
  readonly createTarget: () => Target;
  readonly execute: ExecuteSelection;
}

/** Makes an object of an answer. Parts that are awaited are put into it later. */
export type ExecuteSelection = (run: OperationRun, source: unknown, path: ResponsePath | undefined) => Target;

/** What the compilers of an operation's parts share. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  /**
   * Compiles what fields select on a type of objects.
   *
   * @param stepsToNullable how far above such an object the nearest place is that may be null; 0 when that is its own
   */
  selectionBelow(nodes: readonly FieldNode[], type: GraphQLObjectType, stepsToNullable: number): Selection;
}

/** The same for the root of a mutation: a field starts when the one before it has ended. Nothing starts once no data can be left. */
export async function executeSerially(run: OperationRun, { fields, createTarget }: Selection): Promise<Target> {
  const target = createTarget();
  for (const { execute } of fields) {
    execute(run, undefined, target, undefined);
    await run.settled();
    if (run.isWithoutData()) break;
  }
  return target;
}
