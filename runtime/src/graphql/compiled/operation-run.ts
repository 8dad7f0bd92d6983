import {
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getArgumentValues,
  locatedError,
  type OperationDefinitionNode,
  type ResponsePath,
  responsePathAsArray,
} from 'graphql';
import { type OperationField, type Position, pathTo } from './position.ts';

/** The parts of a document that one operation of it is made of. */
export interface ExecutableOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: { [name: string]: FragmentDefinitionNode };
}

/** An error of a place in the answer, in order of occurrence. */
export interface FieldFailure {
  readonly error: GraphQLError;
  readonly path: readonly (string | number)[];
  /** How far above the path the value is that becomes null by it. */
  readonly stepsToNullable: number;
}

/** One execution of an operation: its inputs, what failed, and how much is still awaited. */
export class OperationRun {
  readonly context: unknown;
  /** Coerced. */
  readonly variables: { [name: string]: unknown };
  readonly failures: FieldFailure[] = [];
  readonly #executable: ExecutableOperation;
  readonly #argumentsByField = new Map<OperationField, Record<string, unknown>>();
  #awaited = 0;
  #onSettled: (() => void) | undefined;

  constructor(executable: ExecutableOperation, context: unknown, variables: { [name: string]: unknown }) {
    this.#executable = executable;
    this.context = context;
    this.variables = variables;
  }

  /**
   * Calls one of the two with the promise's outcome; neither may throw. The run settles once it has called `release`, which is left
   * to them because a wrapper around each would be made for every entity.
   */
  follow(promise: unknown, onValue: (value: unknown) => void, onError: (error: unknown) => void): void {
    this.#awaited += 1;
    Promise.resolve(promise).then(onValue, onError);
  }

  /** What was followed is in its place. */
  release(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#onSettled?.();
  }

  /** `undefined` when nothing is awaited, otherwise resolves when that is so. */
  settled(): Promise<void> | undefined {
    if (this.#awaited === 0) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onSettled = resolve;
    return promise;
  }

  fail(position: Position, error: unknown, parent: ResponsePath | undefined, key: string | number): void {
    const path = responsePathAsArray(pathTo(position, parent, key));
    this.failures.push({
      error: locatedError(error, position.field.nodes, path),
      path,
      stepsToNullable: position.stepsToNullable,
    });
  }

  /** Whether a failure so far leaves nothing of the data. */
  isWithoutData(): boolean {
    return this.failures.some(({ path, stepsToNullable }) => stepsToNullable === path.length);
  }

  /**
   * A field's arguments, coerced once for all objects that have it. Each caller gets an object of its own.
   *
   * @throws GraphQLError when the variables do not fit
   */
  argumentsOf(field: OperationField): Record<string, unknown> {
    if (field.definition.args.length === 0) return {};
    let values = this.#argumentsByField.get(field);
    if (values === undefined) {
      const [node] = field.nodes;
      values = node === undefined ? {} : getArgumentValues(field.definition, node, this.variables);
      this.#argumentsByField.set(field, values);
    }
    return { ...values };
  }

  /** What resolvers get as their last argument. */
  infoOf({ definition, nodes, parentType }: OperationField, path: ResponsePath): GraphQLResolveInfo {
    const { schema, fragments, operation } = this.#executable;
    return {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path,
      schema,
      fragments,
      rootValue: undefined,
      operation,
      variableValues: this.variables,
    };
  }
}
