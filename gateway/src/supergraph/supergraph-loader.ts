import { hash } from 'node:crypto';
import { buildApiSchema } from '../planning/build-api-schema.ts';
import { type CompiledSupergraph, compileSupergraph } from '../planning/compiled-supergraph.ts';
import { PlannerPool } from '../planning/planner-pool.ts';
import type { SupergraphClients } from '../subgraph-fetch/subgraph-client-registry.ts';
import type { DeclaredSubscriptions } from '../subscriptions/subscription-fields.ts';
import type { CompiledGatewayOptions } from './compiled-gateway-options.ts';
import type { Rest } from './update-pace.ts';

/** A supergraph that can be executed on, and a hash of it. */
export interface VersionedSupergraph {
  readonly compiled: CompiledSupergraph;
  readonly version: string;
  readonly clients: SupergraphClients;
  readonly subscriptions: DeclaredSubscriptions;
}

/** A supergraph that may be served. */
export interface LoadedSupergraph {
  readonly supergraph: VersionedSupergraph;
  /** Without directives of authorisation. */
  readonly sdl: string;
  /** Frees what planners have of it; what is asked later is planned all the same. */
  retire(): void;
}

const OPERATION_CACHE_BYTES = 64 * 1024 * 1024;

/** Makes of the text of a supergraph what operations are executed on, beside the requests that are under way. */
export class SupergraphLoader {
  readonly #options: CompiledGatewayOptions;
  readonly #rest: Rest;
  readonly #planners: PlannerPool;

  constructor(options: CompiledGatewayOptions, rest: Rest) {
    this.#options = options;
    this.#rest = rest;
    this.#planners = new PlannerPool(options.planningLimits);
  }

  /**
   * What takes longest is done in the planner's thread, and there is a rest between the other steps, the longest of which takes 1 to
   * 5 ms for a supergraph of 43,000 characters.
   * @throws Error saying what is wrong with the supergraph
   */
  async load(supergraphSdl: string): Promise<LoadedSupergraph> {
    const { facts, retire, ...planner } = await this.#planners.open(supergraphSdl);
    try {
      await this.#rest();
      const apiSchema = buildApiSchema(facts);
      await this.#rest();
      const { authorisation, answerLimit, costs, observeUse } = this.#options;
      const compiled = compileSupergraph({
        facts,
        apiSchema,
        planner,
        cacheLimitBytes: OPERATION_CACHE_BYTES,
        answerLimit,
        authorisation,
        costs,
        observeUse,
      });
      const clients = this.#options.clients.clientsFor(facts.subgraphs);
      // With its rules of access: what is decided about viewers means nothing beside others.
      const version = hash('sha256', supergraphSdl, 'base64url');
      await this.#rest();
      const { sdl, subscriptions } = facts;
      return { supergraph: { compiled, clients, version, subscriptions }, sdl, retire };
    } catch (error) {
      retire();
      throw error;
    }
  }

  /** Ends all planning; what is not planned yet is rejected. */
  stop(): Promise<void> {
    return this.#planners.stop();
  }
}
