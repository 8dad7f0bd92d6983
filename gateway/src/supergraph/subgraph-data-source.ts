import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import type { Logger } from '@tributary/runtime/logging/logger';
import type { GatewayContext } from '../gateway-context.ts';
import { checkEntities, type ExpectedList } from '../subgraph-fetch/entities-check.ts';
import { errorsOfFailedFetch } from '../subgraph-fetch/failure-errors.ts';
import type { SubgraphAnswer } from '../subgraph-fetch/subgraph-answer.ts';
import type { HeadersOf, SubgraphClient } from '../subgraph-fetch/subgraph-client.ts';
import { SubgraphFailure } from '../subgraph-fetch/subgraph-failure.ts';
import { reportFetch } from './fetch-report.ts';

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
    const subgraph = this.#client.name;
    const representations = representationsOf(options);
    const startedAtMs = performance.now();
    const body = JSON.stringify({ query, variables, operationName });
    const operationKind = query.startsWith('mutation') ? 'mutation' : 'query';
    const isRepeatable = operationKind === 'query';
    const signal = isRepeatable ? context?.signal : undefined;
    const send = (headersOf: HeadersOf | undefined) =>
      this.#client.send(body, headersOf, {
        isRepeatable,
        signal,
        deadlineMs: context?.deadlineMs,
      });
    const sent = context?.session
      ? context.session.send({ isQuery: isRepeatable, headersOf: context.subgraphHeaders }, send)
      : send(context?.subgraphHeaders);
    const outcome = await sent
      .then((received) => checkEntities(received, expectedOf(representations), subgraph))
      .catch((error: unknown) => asFailure(error, subgraph));
    const fetch = { subgraph, path: pathOf(options), representations, operationKind, startedAtMs, outcome } as const;
    reportFetch(fetch, context, this.#logger);
    return outcome instanceof SubgraphFailure
      ? { errors: errorsOfFailedFetch(outcome, query) }
      : toResponse(outcome.answer);
  }
}

/** Requests that the gateway makes for itself have no context of ours. */
function contextOf(options: Options): GatewayContext | undefined {
  return 'incomingRequestContext' in options ? options.context : undefined;
}

function pathOf(options: Options): string {
  return 'incomingRequestContext' in options ? (options.pathInIncomingRequest ?? []).join('.') : '';
}

function representationsOf({ request }: Options): number {
  const representations: unknown = request.variables?.['representations'];
  return Array.isArray(representations) ? representations.length : 0;
}

function expectedOf(representations: number): ExpectedList[] {
  return representations === 0 ? [] : [{ key: '_entities', length: representations }];
}

function asFailure(error: unknown, service: string): SubgraphFailure {
  return error instanceof SubgraphFailure ? error : new SubgraphFailure('SUBGRAPH_UNAVAILABLE', service, error);
}

function toResponse({ data, errors }: SubgraphAnswer): Response {
  return { ...(data && { data }), ...(errors.length > 0 && { errors }) };
}
