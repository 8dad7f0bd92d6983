import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { DocumentNode } from 'graphql';
import { readSupergraphAccess, type SupergraphAccess } from '../authorisation/supergraph-access.ts';
import { type CompiledSupergraph, compileSupergraph } from '../planning/compiled-supergraph.ts';
import { type PlannedSupergraph, PlannerPool } from '../planning/planner-pool.ts';
import { schemaOf } from '../planning/supergraph-schemas.ts';
import type { SupergraphClients } from '../subgraph-fetch/subgraph-client-registry.ts';
import type { CompiledGatewayOptions } from './compiled-gateway-options.ts';
import { subgraphsIn } from './supergraph-file.ts';

/** A supergraph that can be executed on, and a hash of it. */
export interface VersionedSupergraph extends CompiledSupergraph {
  readonly version: string;
  readonly clients: SupergraphClients;
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

/** What came during a step has been answered by then, so that no request waits for two of them. */
const REST_MS = 25;

/** Makes of the text of a supergraph what operations are executed on, beside the requests that are under way. */
export class SupergraphLoader {
  readonly #options: CompiledGatewayOptions;
  readonly #planners: PlannerPool;
  #hasLoaded = false;

  constructor(options: CompiledGatewayOptions) {
    this.#options = options;
    this.#planners = new PlannerPool(options.planningLimits);
  }

  /**
   * What takes longest is done in the planner's thread, and requests are answered between the other steps, of which the longest make
   * schemas: some 7 ms each for a supergraph of 43,000 characters.
   * @throws Error saying what is wrong with the supergraph
   */
  async load(supergraphSdl: string): Promise<LoadedSupergraph> {
    await this.#letRequestsBeAnswered();
    const { sdl, document, access } = readSupergraphAccess(supergraphSdl, this.#options.authorisation);
    await this.#letRequestsBeAnswered();
    const clients = this.#options.clients.clientsFor(subgraphsIn(document));
    await this.#letRequestsBeAnswered();
    const planned = await this.#planners.open(sdl);
    try {
      const compiled = await this.#compile(document, planned, access);
      // With its rules of access: what is decided about viewers means nothing beside others.
      const version = hash('sha256', supergraphSdl, 'base64url');
      this.#hasLoaded = true;
      return { supergraph: { ...compiled, clients, version }, sdl, retire: planned.retire };
    } catch (error) {
      planned.retire();
      throw error;
    }
  }

  /** Before the first supergraph is there, nobody sends any. */
  async #letRequestsBeAnswered(): Promise<void> {
    if (this.#hasLoaded) await delay(REST_MS);
  }

  /** Ends all planning; what is not planned yet is rejected. */
  stop(): Promise<void> {
    return this.#planners.stop();
  }

  async #compile(
    supergraph: DocumentNode,
    planner: PlannedSupergraph,
    access: SupergraphAccess | undefined,
  ): Promise<CompiledSupergraph> {
    const { answerLimit, costs, observeUse } = this.#options;
    const printed = planner.schemas;
    const apiSchema = schemaOf(printed.api);
    await this.#letRequestsBeAnswered();
    const supergraphSchema = schemaOf(printed.supergraph);
    await this.#letRequestsBeAnswered();
    const compiled = compileSupergraph(supergraph, {
      schemas: { ...printed, apiSchema, supergraphSchema },
      planner,
      cacheLimitBytes: OPERATION_CACHE_BYTES,
      answerLimit,
      access,
      costs,
      observeUse,
    });
    await this.#letRequestsBeAnswered();
    return compiled;
  }
}
