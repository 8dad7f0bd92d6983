import { prettyFormatQueryPlan } from '@apollo/query-planner';
import type { Logger } from '@tributary/runtime/logging/logger';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { AnswerError } from '../execution/failure-log.ts';
import type { SubgraphTransport } from '../execution/subgraph-request.ts';
import type { GatewayContext } from '../gateway-context.ts';
import { type CompiledSupergraph, compileSupergraph } from '../planning/compiled-supergraph.ts';
import type { SubgraphClient } from '../subgraph-fetch/subgraph-client.ts';
import type { ServerGateway } from './apollo-gateway.ts';
import { reportFetch } from './fetch-report.ts';

export interface CompiledGatewayOptions {
  supergraphSdl: string;
  clients: ReadonlyMap<string, SubgraphClient>;
  logger: Logger;
}

type SchemaCallback = Parameters<ServerGateway['onSchemaLoadOrUpdate']>[0];
type Executor = NonNullable<Awaited<ReturnType<ServerGateway['load']>>['executor']>;

const OPERATION_CACHE_BYTES = 64 * 1024 * 1024;

/** The gateway as Apollo Server takes it, with Apollo's planner and our own executor. */
export class CompiledGateway implements ServerGateway {
  readonly #options: CompiledGatewayOptions;
  readonly #callbacks = new Set<SchemaCallback>();
  /** A request that was validated against a schema is executed on it, whatever has been loaded since. */
  readonly #bySchema = new WeakMap<GraphQLSchema, CompiledSupergraph>();

  constructor(options: CompiledGatewayOptions) {
    this.#options = options;
  }

  onSchemaLoadOrUpdate(callback: SchemaCallback): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** @throws Error saying what is wrong with the supergraph */
  async load(): Promise<{ executor: Executor }> {
    this.update(this.#options.supergraphSdl);
    return { executor: (context) => this.#execute(context) };
  }

  /**
   * Serves another supergraph from now on; requests under way end on the one they began with.
   * @throws Error saying what is wrong with the supergraph; the one before stays
   */
  update(supergraphSdl: string): void {
    const supergraph = compileSupergraph(supergraphSdl, OPERATION_CACHE_BYTES);
    this.#bySchema.set(supergraph.apiSchema, supergraph);
    for (const callback of this.#callbacks) {
      callback({ apiSchema: supergraph.apiSchema, coreSupergraphSdl: supergraphSdl });
    }
  }

  async stop(): Promise<void> {
    this.#callbacks.clear();
  }

  async #execute({ schema, document, operationName, request, context }: Parameters<Executor>[0]): ReturnType<Executor> {
    const supergraph = this.#bySchema.get(schema);
    if (!supergraph) throw new Error('the request was validated against a schema that is none of this gateway');
    const operation = await supergraph.operation(document, operationName ?? undefined);
    const gatewayContext = context as GatewayContext;
    gatewayContext.explain?.recordQueryPlan(prettyFormatQueryPlan(operation.plan));
    const { data, errors } = await operation.execute({
      variables: request.variables ?? {},
      transport: this.#transportFor(gatewayContext),
      observe: (sent, outcome, startedAtMs) => {
        const { body, ...facts } = sent;
        reportFetch({ ...facts, outcome, startedAtMs }, gatewayContext, this.#options.logger);
      },
    });
    return { ...(data !== undefined && { data }), ...(errors.length > 0 && { errors: errors.map(toGraphQLError) }) };
  }

  #transportFor({ subgraphHeaders }: GatewayContext): SubgraphTransport {
    const { clients } = this.#options;
    return async ({ subgraph, body }) => {
      const client = clients.get(subgraph);
      if (!client) throw new Error(`there is no client for subgraph "${subgraph}"`);
      return client.send(body, subgraphHeaders);
    };
  }
}

function toGraphQLError(error: AnswerError): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const { message, path, extensions } = error;
  return new GraphQLError(message, { path: path ?? null, extensions });
}
