import type { SubgraphClient } from './subgraph-client.ts';
import { createSubgraphClients, type SubgraphPolicies } from './subgraph-clients.ts';

/** A subgraph as a supergraph names it. */
export interface NamedSubgraph {
  readonly name: string;
  /** As `joinUrls` has it. */
  readonly url: string;
}

/** The clients of a supergraph, by the names of subgraphs. */
export type SupergraphClients = ReadonlyMap<string, SubgraphClient>;

/** Longer than any request takes that began on the supergraph before. */
const RETIREMENT_MS = 60_000;

/** The clients of the supergraph that is served, and of those before it that requests still end on. */
export class SubgraphClientRegistry {
  readonly #overrides: ReadonlyMap<string, string>;
  readonly #policies: SubgraphPolicies;
  readonly #open = new Map<string, SubgraphClient>();
  readonly #retiring = new Map<SubgraphClient, NodeJS.Timeout>();
  #served: SupergraphClients = new Map();

  /** @param overrides as `createSubgraphClients` takes them; those of subgraphs that a supergraph does not have do nothing */
  constructor(overrides: ReadonlyMap<string, string>, policies: SubgraphPolicies) {
    this.#overrides = overrides;
    this.#policies = policies;
  }

  /** Those of the supergraph that is served. */
  get served(): SupergraphClients {
    return this.#served;
  }

  /**
   * The clients of a supergraph, which is served next, or else `retireUnserved` called: until then they stay. For a subgraph at the
   * same URLs it is the one that there is.
   * @throws StartError for a URL that is none
   */
  clientsFor(subgraphs: readonly NamedSubgraph[]): SupergraphClients {
    const isMissing = (subgraph: NamedSubgraph) => !this.#open.has(placeOf(subgraph));
    const made = createSubgraphClients(subgraphs.filter(isMissing), this.#overrides, this.#policies);
    for (const subgraph of subgraphs) {
      const client = made.get(subgraph.name);
      if (client) this.#open.set(placeOf(subgraph), client);
    }
    const clientOf = (subgraph: NamedSubgraph) => this.#open.get(placeOf(subgraph));
    return new Map(
      subgraphs.flatMap((subgraph) => {
        const client = clientOf(subgraph);
        if (client) this.#keep(client);
        return client ? [[subgraph.name, client] as const] : [];
      }),
    );
  }

  /** Has other clients closed a while later than their last request can have begun. */
  serve(clients: SupergraphClients): void {
    this.#served = clients;
    this.retireUnserved();
  }

  /** Has the clients closed, a while later, that only a supergraph needs which is not served. */
  retireUnserved(): void {
    const needed = new Set(this.#served.values());
    for (const [place, client] of this.#open) {
      if (needed.has(client)) this.#keep(client);
      else if (!this.#retiring.has(client)) {
        this.#retiring.set(client, setTimeout(() => void this.#retire(place, client), RETIREMENT_MS).unref());
      }
    }
  }

  /** Closes all clients. */
  async stop(): Promise<void> {
    for (const timer of this.#retiring.values()) clearTimeout(timer);
    await Promise.all([...this.#open.values()].map((client) => client.stop()));
  }

  #keep(client: SubgraphClient): void {
    clearTimeout(this.#retiring.get(client));
    this.#retiring.delete(client);
  }

  async #retire(place: string, client: SubgraphClient): Promise<void> {
    this.#open.delete(place);
    this.#retiring.delete(client);
    await client.stop();
  }
}

function placeOf({ name, url }: NamedSubgraph): string {
  return `${name} ${url}`;
}
