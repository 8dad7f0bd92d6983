import type { QueryPlan } from '@apollo/query-planner';
import { compileVariables } from '@tributary/runtime/graphql/compiled/compile-variables';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { type Refusal, refusalsFor } from '../authorisation/refusals.ts';
import { unauthorisedError } from '../authorisation/unauthorised-error.ts';
import type { OperationCost } from '../cost/operation-cost.ts';
import type { AbortState } from '../subgraph-fetch/exchange.ts';
import type { JsonObject } from '../subgraph-fetch/json-object.ts';
import type { ExecutionRun } from './execution-run.ts';
import { type AnswerError, createFailureLog } from './failure-log.ts';
import { conditionVariablesOf } from './fetches/condition-variables.ts';
import { compilePlan } from './fetches/plan-steps.ts';
import { createFetcher, type RequestObserver, type SubgraphTransport } from './fetches/subgraph-request.ts';
import { compileIntrospection } from './introspection.ts';
import { createAnswerSources } from './merging/answer-sources.ts';
import type { ClientNames } from './merging/client-names.ts';
import { DEFAULT_ANSWER_LIMIT } from './shaping/answer-limit.ts';
import { type AnswerShape, compileAnswerShape } from './shaping/answer-shape.ts';
import { createShaping } from './shaping/shaping.ts';
import { onceForEach, type WrongDataObserver } from './shaping/wrong-data.ts';
import type { SupergraphTypes } from './supergraph-types.ts';

/** What an operation is compiled from. */
export interface OperationSource {
  /** One operation and its fragments, valid for `apiSchema`, as it was planned. */
  document: DocumentNode;
  plan: QueryPlan;
  apiSchema: GraphQLSchema;
  types: SupergraphTypes;
  clientNames: ClientNames;
  requiredFieldNames: ReadonlyMap<string, string>;
  /** Fields of the document that no subgraph is asked for, since their viewer may not see them. */
  refusals?: readonly Refusal[];
  /** The response keys that these fields have in the document. */
  refusedKeys?: ReadonlySet<string>;
  /** As `CompiledOperation` has it; empty unless told. */
  decisionKey?: string;
  /** How many characters of JSON an answer may have; `DEFAULT_ANSWER_LIMIT` unless told. */
  answerLimit?: number | undefined;
  /** Weighs what subgraphs answered, under the names of the document; absent where nothing is weighed. */
  cost?: Pick<OperationCost, 'ofAnswer'> | undefined;
}

/** One execution: its variables, as the client sent them, and how subgraphs are reached for it. */
export interface ExecutionRequest {
  variables: Readonly<JsonObject>;
  transport: SubgraphTransport;
  observe?: RequestObserver;
  observeWrongData?: WrongDataObserver;
  /** Told what the execution has cost, where that is weighed. */
  observeCost?: ((cost: number) => void) | undefined;
  /** Aborted when nobody waits for the answer any more: then no further query is sent. */
  signal?: AbortState | undefined;
}

/** `data` is missing when nothing was executed. */
export interface Answer {
  data?: JsonObject | null;
  errors: readonly AnswerError[];
}

/** An answer whose data is JSON text already; the text is missing when nothing was executed. */
export interface WrittenAnswer {
  dataText?: string;
  errors: readonly AnswerError[];
  /** Of the span in which it was made; absent where that is not recorded. */
  traceparent?: string;
}

/** An operation that is ready to be executed any number of times. */
export interface CompiledOperation {
  readonly plan: QueryPlan;
  /**
   * What was decided about the viewers that it is for. What is shared between requests is shared only under equal keys, besides
   * whatever else it depends on; empty where there was nothing to decide.
   */
  readonly decisionKey: string;
  /**
   * Never rejects for what a subgraph does.
   * @throws CodedError ANSWER_TOO_LARGE
   */
  execute(request: ExecutionRequest): Promise<Answer>;
  /** As `execute`, for whoever sends the answer as it is. */
  executeToText(request: ExecutionRequest): Promise<WrittenAnswer>;
}

interface ShapeForConditions {
  shape: AnswerShape;
  introspect: (variables: Readonly<JsonObject>) => JsonObject;
}

interface Begun extends ShapeForConditions {
  run: ExecutionRun;
}

interface VariableErrors {
  errors: AnswerError[];
}

/** A bound for clients that try all values of many conditions. */
const KEPT_SHAPES = 8;

/** @throws UnsupportedPlanError for what the executor does not do */
export function compileOperation(source: OperationSource): CompiledOperation {
  const { apiSchema, plan, clientNames, refusals = [], refusedKeys = new Set(), decisionKey = '' } = source;
  const { answerLimit = DEFAULT_ANSWER_LIMIT, cost } = source;
  const { operation, fragments } = definitionsOf(source.document);
  const rootType = rootTypeOf(operation, apiSchema);
  const coerceVariables = compileVariables(apiSchema, operation.variableDefinitions ?? []);
  const conditionVariables = conditionVariablesOf(source.document);
  const runPlan = compilePlan(plan, source);
  const sources = createAnswerSources(plan, clientNames);
  const shapes = new Map<string, ShapeForConditions>();

  /** Once the conditions are decided, a shape has none of its own. */
  function shapeFor(variables: Readonly<JsonObject>): ShapeForConditions {
    const key = conditionVariables.map((name) => (variables[name] === true ? '1' : '0')).join('');
    const known = shapes.get(key);
    if (known) return known;
    const conditions = new Map(conditionVariables.map((name) => [name, variables[name] === true]));
    const selecting = { schema: apiSchema, fragments, conditions };
    const made = {
      shape: compileAnswerShape(rootType, operation.selectionSet, {
        ...selecting,
        clientNames,
        refusedKeys,
        answerLimit,
      }),
      introspect: compileIntrospection(operation, selecting),
    };
    if (shapes.size >= KEPT_SHAPES) shapes.clear();
    shapes.set(key, made);
    return made;
  }

  /** Runs the plan, and tells what that has cost. */
  async function fetchData(run: ExecutionRun, { observeCost }: ExecutionRequest): Promise<void> {
    await runPlan(run);
    if (cost) observeCost?.(cost.ofAnswer(run.data, run.variables));
  }

  function coerce(variables: Readonly<JsonObject>): { coerced: JsonObject } | VariableErrors {
    const { coerced, errors } = coerceVariables(variables);
    if (errors) return { errors: errors.map(badUserInput) };
    const undecided = conditionVariables.find((name) => typeof coerced[name] !== 'boolean');
    if (undecided === undefined) return { coerced };
    return {
      errors: [badUserInput(new GraphQLError(`Variable "$${undecided}" decides a condition and must not be null.`))],
    };
  }

  /** Prepares a run of the plan, or says why these variables allow none. */
  function begin(request: ExecutionRequest): Begun | VariableErrors {
    const { variables, transport, observe, observeWrongData, signal } = request;
    const coercion = coerce(variables);
    if ('errors' in coercion) return coercion;
    const run: ExecutionRun = {
      ...createFetcher(transport, { observe, signal }),
      data: {},
      hasRepeats: false,
      gatherings: [],
      variables,
      coercedVariables: coercion.coerced,
      failures: createFailureLog(refusalsFor(refusals, coercion.coerced).map(unauthorisedError)),
      observeWrongData: observeWrongData && onceForEach(observeWrongData),
    };
    return { run, ...shapeFor(coercion.coerced) };
  }

  function shaped({ run, shape, introspect }: Begun) {
    const { data, variables, failures, absent, observeWrongData } = run;
    const shaping = createShaping(() => introspect(variables), {
      failures,
      absent,
      sources,
      answerLimit,
      observeWrongData,
    });
    return { data: shape.shape(data, shaping), errors: [...failures.errors, ...shaping.errors] };
  }

  return {
    plan,
    decisionKey,
    async execute(request) {
      const begun = begin(request);
      if ('errors' in begun) return begun;
      await fetchData(begun.run, request);
      return shaped(begun);
    },
    async executeToText(request) {
      const begun = begin(request);
      if ('errors' in begun) return begun;
      const { run, shape } = begun;
      await fetchData(run, request);
      const dataText = shape.write(run.data, run.hasRepeats);
      if (dataText !== undefined) return { dataText, errors: run.failures.errors };
      const { data, errors } = shaped(begun);
      return { dataText: JSON.stringify(data), errors };
    },
  };
}

function definitionsOf(document: DocumentNode): {
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
} {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) operation = definition;
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  if (!operation) throw new TypeError('the document has no operation');
  return { operation, fragments };
}

function rootTypeOf({ operation }: OperationDefinitionNode, schema: GraphQLSchema): GraphQLObjectType {
  const type = schema.getRootType(operation);
  if (!type) throw new TypeError(`the schema has no root type for a ${operation}`);
  return type;
}

function badUserInput(error: GraphQLError): GraphQLError {
  const { message, nodes } = error;
  return new GraphQLError(message, { ...(nodes && { nodes }), extensions: { code: 'BAD_USER_INPUT' } });
}
