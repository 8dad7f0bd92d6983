import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import type { Logger } from '@tributary/runtime/logging/logger';
import { elapsedMs } from '../explain/explain-recorder.ts';
import { readSubgraphWork } from '../explain/subgraph-work.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { errorsOfFailedFetch } from '../subgraph-fetch/failure-errors.ts';
import type { SubgraphAnswer } from '../subgraph-fetch/subgraph-answer.ts';
import type { ReceivedAnswer, SubgraphClient } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';

type Options = GraphQLDataSourceProcessOptions<GatewayContext>;
type Response = Awaited<ReturnType<GraphQLDataSource<GatewayContext>['process']>>;

/**
 * How Apollo's executor reaches one subgraph. A failure is answered as errors, never thrown: the executor gives paths only to
 * errors that are part of a response.
 */
export class SubgraphDataSource implements GraphQLDataSource<GatewayContext> {
  readonly #client: SubgraphClient;
  readonly #logger: Logger;

  constructor(client: SubgraphClient, logger: Logger) {
    this.#client = client;
    this.#logger = logger;
  }

  async process(options: Options): Promise<Response> {
    const { query = '', variables, operationName } = options.request;
    const context = contextOf(options);
    const startedAtMs = performance.now();
    const body = JSON.stringify({ query, variables, operationName });
    const outcome = await this.#client.send(body, context?.subgraphHeaders).then(
      (received) => checkEntities(received, representationsOf(options), this.#client.name),
      (error: unknown) => asFailure(error, this.#client.name),
    );
    if (context?.explain) this.#explain(options, context.explain, outcome, elapsedMs(startedAtMs));

    if (outcome instanceof SubgraphFailure) {
      const reason = outcome.cause instanceof Error ? outcome.cause.message : String(outcome.cause);
      this.#logger.warn(
        { requestId: context?.requestId, subgraph: outcome.service, code: outcome.code, reason },
        'a subgraph failed',
      );
      return { errors: errorsOfFailedFetch(outcome, query) };
    }
    return toResponse(outcome.answer);
  }

  #explain(
    options: Options,
    recorder: NonNullable<GatewayContext['explain']>,
    outcome: ReceivedAnswer | SubgraphFailure,
    durationMs: number,
  ): void {
    const isFailure = outcome instanceof SubgraphFailure;
    recorder.recordFetch({
      subgraph: this.#client.name,
      path: pathOf(options),
      durationMs,
      responseBytes: isFailure ? 0 : outcome.responseBytes,
      representations: representationsOf(options) ?? 0,
      operationKind: options.request.query?.startsWith('mutation') ? 'mutation' : 'query',
      ...readSubgraphWork(isFailure ? undefined : outcome.answer.extensions['tributary']),
      ...(isFailure && { failure: outcome.code }),
    });
  }
}

/** Requests that the gateway makes for itself have no context of ours. */
function contextOf(options: Options): GatewayContext | undefined {
  return 'incomingRequestContext' in options ? options.context : undefined;
}

function pathOf(options: Options): string {
  return 'incomingRequestContext' in options ? (options.pathInIncomingRequest ?? []).join('.') : '';
}

function representationsOf({ request }: Options): number | undefined {
  const representations: unknown = request.variables?.['representations'];
  return Array.isArray(representations) ? representations.length : undefined;
}

/** The executor would take a wrong number of entities for a defect of its own; it is the subgraph's. */
function checkEntities(
  received: ReceivedAnswer,
  expected: number | undefined,
  service: string,
): ReceivedAnswer | SubgraphFailure {
  const { data } = received.answer;
  if (expected === undefined || !data) return received;
  const entities = data['_entities'];
  if (Array.isArray(entities) && entities.length === expected) return received;
  if (entities === null && received.answer.errors.length > 0)
    return { ...received, answer: { ...received.answer, data: null } };
  return new SubgraphFailure(
    'SUBGRAPH_INVALID_RESPONSE',
    service,
    new Error(`expected ${expected} entities, got ${Array.isArray(entities) ? entities.length : 'no list'}`),
  );
}

function asFailure(error: unknown, service: string): SubgraphFailure {
  return error instanceof SubgraphFailure ? error : new SubgraphFailure('SUBGRAPH_UNAVAILABLE', service, error);
}

function toResponse({ data, errors }: SubgraphAnswer): Response {
  return { ...(data && { data }), ...(errors.length > 0 && { errors }) };
}
