import { CodedError } from '@tributary/runtime/errors/coded-error';
import { createFailureLog } from '@tributary/runtime/logging/failure-log';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { WeighedOperation } from '../cost/weighed-operation.ts';
import type { Answer, CompiledOperation, ExecutionRequest, WrittenAnswer } from '../execution/compiled-operation.ts';
import type { AnswerError } from '../execution/failure-log.ts';
import type { WrongDataObserver } from '../execution/shaping/wrong-data.ts';
import type { ExplainRecorder } from '../explain/explain-recorder.ts';
import { outlinePlan } from '../explain/plan-outline.ts';
import { queryPlanText } from '../explain/query-plan-text.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { RequestSharing } from '../sharing/request-sharing.ts';
import type { AbortState } from '../subgraph-fetch/exchange.ts';
import type { SupergraphClients } from '../subgraph-fetch/subgraph-client-registry.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';
import type { DeclaredSubscriptions } from '../subscriptions/subscription-fields.ts';
import { executedIn, inOperationSpan, linkToOrigin, recordPlan } from '../tracing/operation-spans.ts';
import type { ServerGateway } from './apollo-gateway.ts';
import type { CompiledGatewayOptions } from './compiled-gateway-options.ts';
import { reportFetch } from './fetch-report.ts';
import type {
  GatewayOperation,
  ObservedAnswer,
  ObservedQuery,
  ServedOperation,
  VersionedIdentifier,
} from './gateway-operation.ts';
import { toGraphQLError } from './graphql-error.ts';
import { refusedRequest } from './refused-request.ts';
import { smokeTest } from './smoke-test.ts';
import { observedTransport, senderOf, withTagsAsked } from './subgraph-sender.ts';
import { type LoadedSupergraph, SupergraphLoader, type VersionedSupergraph } from './supergraph-loader.ts';
import { createPace, type Rest } from './update-pace.ts';

/** Gets ready for a schema that is about to be served; what comes of it is called when it is. */
type SchemaPreparation = (apiSchema: GraphQLSchema, rest: Rest) => Promise<() => void>;

type SchemaCallback = Parameters<ServerGateway['onSchemaLoadOrUpdate']>[0];
type Executor = NonNullable<Awaited<ReturnType<ServerGateway['load']>>['executor']>;

/** What an operation is executed with, beside what its request says. */
interface Execution {
  readonly decisionKey: string;
  readonly clients: SupergraphClients;
  readonly signal: AbortState | undefined;
}

/** The gateway as Apollo Server takes it, with Apollo's planner and our own executor. */
export class CompiledGateway implements ServerGateway {
  readonly #options: CompiledGatewayOptions;
  readonly #callbacks = new Set<SchemaCallback>();
  readonly #sharing: RequestSharing;
  readonly #observeWrongData: WrongDataObserver;
  /** A request that was validated against a schema is executed on it, whatever has been loaded since. */
  readonly #bySchema = new WeakMap<GraphQLSchema, VersionedSupergraph>();
  #served: GraphQLSchema | undefined;
  readonly #stopping = new AbortController();
  readonly #rest = createPace(() => this.#served !== undefined, this.#stopping.signal);
  readonly #preparations: SchemaPreparation[] = [];
  readonly #loader: SupergraphLoader;
  #loaded: LoadedSupergraph | undefined;
  /** One update after the other: the last one that was asked for is served in the end. */
  #updated: Promise<void> = Promise.resolve();

  constructor(options: CompiledGatewayOptions) {
    this.#options = options;
    this.#loader = new SupergraphLoader(options, this.#rest);
    this.#sharing = new RequestSharing(options.sharing ?? 'off');
    this.#observeWrongData = wrongDataLog(options.logger);
  }

  onSchemaLoadOrUpdate(callback: SchemaCallback): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** @param preparation called for each schema that is loaded from then on */
  beforeUpdate(preparation: SchemaPreparation): void {
    this.#preparations.push(preparation);
  }

  /** @throws Error saying what is wrong with the supergraph; nothing has to be stopped then, and Apollo Server stops nothing */
  async load(): Promise<{ executor: Executor }> {
    await this.update(this.#options.supergraphSdl).catch(async (error: unknown) => {
      await this.stop();
      throw error;
    });
    return { executor: (context) => this.#execute(context) };
  }

  /**
   * Serves another supergraph as soon as operations can be planned for it and some have been answered; requests under way end on
   * the one they began with.
   * @param smokeOperations texts of queries that have to be answered without an error
   * @throws Error saying what is wrong with the supergraph; the one before stays
   */
  update(supergraphSdl: string, smokeOperations: readonly string[] = []): Promise<void> {
    const updated = this.#updated
      .then(() => this.#replace(supergraphSdl, smokeOperations))
      .catch((error: unknown) => {
        this.#options.clients.retireUnserved();
        throw error;
      });
    this.#updated = updated.catch(() => undefined);
    return updated;
  }

  async #replace(supergraphSdl: string, smokeOperations: readonly string[]): Promise<void> {
    const loaded = await this.#loader.load(supergraphSdl);
    const { compiled } = loaded.supergraph;
    try {
      await this.#options.warmUp?.(compiled, this.#rest);
      await smokeTest(smokeOperations, (document) => this.#tryOut(loaded.supergraph, document));
      const prepared = await Promise.all(this.#preparations.map((begin) => begin(compiled.apiSchema, this.#rest)));
      await this.#rest();
      this.#serve(loaded);
      for (const end of prepared) end();
    } catch (error) {
      loaded.retire();
      throw error;
    }
    this.#loaded?.retire();
    this.#loaded = loaded;
  }

  #serve({ supergraph, sdl: coreSupergraphSdl }: LoadedSupergraph): void {
    const { apiSchema } = supergraph.compiled;
    this.#bySchema.set(apiSchema, supergraph);
    // Apollo Server goes on with the one before where it throws.
    for (const callback of this.#callbacks) callback({ apiSchema, coreSupergraphSdl });
    this.#served = apiSchema;
    this.#options.clients.serve(supergraph.clients);
  }

  async #tryOut(supergraph: VersionedSupergraph, document: DocumentNode): Promise<Answer> {
    await this.#rest();
    const operation = await supergraph.compiled.operation(document, undefined, null);
    const subgraphHeaders = this.#options.ownHeaders ?? (() => []);
    const context = { requestId: 'smoke-test', viewer: null, subgraphHeaders, explain: undefined };
    return operation.execute(
      this.#requestOf(
        { variables: {}, context },
        { decisionKey: operation.decisionKey, clients: supergraph.clients, signal: this.#stopping.signal },
      ),
    );
  }

  /** Ends all planning; what is being got ready is given up. */
  async stop(): Promise<void> {
    this.#callbacks.clear();
    this.#stopping.abort(new Error('the gateway has been stopped'));
    await this.#loader.stop();
    await this.#updated;
  }

  /** Whether operations that were validated against a schema may be executed without another look at them. */
  isServing(schema: GraphQLSchema): boolean {
    return schema === this.#served;
  }

  /**
   * Executes an operation; `data` is missing from the answer when the variables do not fit.
   * @throws GraphQLError when the operation cannot be planned or the executor does not support its plan
   */
  answer(asked: GatewayOperation): Promise<Answer> {
    return asked.context.trace?.span ? inOperationSpan(asked, (traced) => this.#answer(traced)) : this.#answer(asked);
  }

  async #answer(asked: GatewayOperation): Promise<Answer> {
    const operation = await this.#compiled(asked);
    const execution = this.#executionOf(asked, operation, asked.context.signal);
    return this.#observed(asked, await operation.execute(this.#requestOf(asked, execution)));
  }

  /** As `answer`, for whoever sends the answer as it is. Equal queries of equal callers may get the same one. */
  answerInText(asked: GatewayOperation & { readonly isQuery: boolean }): Promise<WrittenAnswer> {
    return asked.context.trace?.span
      ? inOperationSpan(asked, (traced) => this.#answerInText(traced))
      : this.#answerInText(asked);
  }

  async #answerInText(asked: GatewayOperation & { readonly isQuery: boolean }): Promise<WrittenAnswer> {
    const operation = await this.#compiled(asked);
    const { isQuery, variables, context } = asked;
    const { sharing, signal } = context;
    const execute = (ending: AbortState | undefined) =>
      operation.executeToText(this.#requestOf(asked, this.#executionOf(asked, operation, ending)));
    if (!sharing || !isQuery) return this.#observed(asked, await execute(signal));
    const sharer = { caller: sharing.caller, operation, variables, signal };
    const span = context.trace?.span;
    const shared = await this.#sharing.answer(sharer, span ? executedIn(span, execute) : execute);
    if (span) linkToOrigin(span, shared);
    return this.#observed(asked, shared);
  }

  /**
   * As `answerInText` for a query of which nothing is shared with others, and whose subgraphs are asked what may become of their
   * answers.
   */
  answerObserved(asked: ObservedQuery): Promise<ObservedAnswer> {
    return asked.context.trace?.span
      ? inOperationSpan(asked, (traced) => this.#answerObserved(traced))
      : this.#answerObserved(asked);
  }

  async #answerObserved(asked: ObservedQuery): Promise<ObservedAnswer> {
    const operation = await this.#compiled(asked);
    const execution = this.#executionOf(asked, operation, asked.context.signal);
    const written = await operation.executeToText({
      ...this.#requestOf(asked, execution),
      transport: observedTransport(
        senderOf(withTagsAsked(asked.context, asked.minimumPositions), execution.clients),
        asked.onReceived,
      ),
    });
    return { ...this.#observed(asked, written), decisionKey: operation.decisionKey };
  }

  /**
   * Plans and compiles the only operation of a document before it is executed for a viewer.
   * @throws what `answer` throws
   */
  async prepare({
    schema,
    document,
    context,
  }: Pick<GatewayOperation, 'schema' | 'document' | 'context'>): Promise<void> {
    await this.#supergraphOf(schema).compiled.prepare(document, context.viewer);
  }

  /** Why an operation is refused to its viewer, or its root fields are; empty where they are not. Nothing is planned for it. */
  async refusalOf({
    schema,
    document,
    operationName,
    context,
  }: ServedOperation & Pick<GatewayOperation, 'context'>): Promise<readonly AnswerError[]> {
    const errors = await this.#supergraphOf(schema).compiled.refusalOf(document, operationName, context.viewer);
    return this.#observed({ context }, { errors }).errors;
  }

  /** What tells an operation from all others on this supergraph and on others; nothing is planned for it. */
  identifierOf({ schema, document, operationName }: ServedOperation): VersionedIdentifier {
    const supergraph = this.#supergraphOf(schema);
    return { version: supergraph.version, identify: supergraph.compiled.identifierOf(document, operationName) };
  }

  /** What an operation costs; `undefined` where operations are not weighed. */
  costOf({ schema, document, operationName }: ServedOperation): WeighedOperation | undefined {
    return this.#supergraphOf(schema).compiled.costOf(document, operationName);
  }

  /** What the subgraphs say of subscriptions; known as soon as those who wait for schemas are told of this one. */
  subscriptionsOf(schema: GraphQLSchema): DeclaredSubscriptions {
    return this.#supergraphOf(schema).subscriptions;
  }

  /** Whether that is the version of what is served now. */
  isServingVersion(version: string): boolean {
    return this.#served !== undefined && this.#bySchema.get(this.#served)?.version === version;
  }

  #observed<Given extends Pick<Answer, 'errors'>>(
    { context }: Pick<GatewayOperation, 'context'>,
    answer: Given,
  ): Given {
    if (answer.errors.length > 0) this.#options.observeErrors?.(context, answer.errors);
    return answer;
  }

  #supergraphOf(schema: GraphQLSchema): VersionedSupergraph {
    const supergraph = this.#bySchema.get(schema);
    if (!supergraph) throw new Error('the request was validated against a schema that is none of this gateway');
    return supergraph;
  }

  #compiled(asked: GatewayOperation): CompiledOperation | Promise<CompiledOperation> {
    const { schema, document, operationName, context } = asked;
    const operation = this.#supergraphOf(schema).compiled.operation(document, operationName, context.viewer);
    if (context.trace?.span) recordPlan(context.trace.span, operation);
    return context.explain ? explained(operation, context.explain) : operation;
  }

  #executionOf(
    { schema }: GatewayOperation,
    { decisionKey }: CompiledOperation,
    signal: AbortState | undefined,
  ): Execution {
    return { decisionKey, clients: this.#supergraphOf(schema).clients, signal };
  }

  #requestOf(
    { variables, context }: Pick<GatewayOperation, 'variables' | 'context'>,
    { decisionKey, clients, signal }: Execution,
  ): ExecutionRequest {
    const send = senderOf(context, clients);
    const { sharing } = context;
    return {
      variables,
      signal,
      observeWrongData: this.#observeWrongData,
      observeCost: context.charge && ((cost) => context.charge?.add(cost)),
      transport: sharing
        ? this.#sharing.transport(send, { caller: sharing.caller, decisionKey, span: context.trace?.span })
        : send,
      observe: (sent, outcome, startedAtMs) => {
        if (!context.explain && !(outcome instanceof SubgraphFailure)) return;
        const { body, takesIdempotencyKey, ...facts } = sent;
        reportFetch({ ...facts, outcome, startedAtMs }, context, this.#options.logger);
      },
    };
  }

  async #execute({ schema, document, operationName, request, context }: Parameters<Executor>[0]): ReturnType<Executor> {
    const { data, errors } = await this.answer({
      schema,
      document,
      operationName: operationName ?? undefined,
      variables: request.variables ?? {},
      context: context as GatewayContext,
    }).catch((error: unknown) => {
      throw refusedRequest(error);
    });
    return { ...(data !== undefined && { data }), ...(errors.length > 0 && { errors: errors.map(toGraphQLError) }) };
  }
}

/** A schema and its data that do not fit may break every answer: the log has the same mistake once in a while. */
function wrongDataLog(logger: Logger): WrongDataObserver {
  const report = createFailureLog({ logger, component: 'data of subgraphs' });
  return (subgraph = 'unknown', reason) =>
    report(new CodedError('SUBGRAPH_INVALID_RESPONSE', `${subgraph}: ${reason}`));
}

async function explained(
  found: CompiledOperation | Promise<CompiledOperation>,
  explain: ExplainRecorder,
): Promise<CompiledOperation> {
  const operation = await found;
  explain.recordQueryPlan(await queryPlanText(operation.plan), outlinePlan(operation.plan));
  return operation;
}
