import { StartError } from '@tributary/runtime/lifecycle/start-error';
import { createSubgraphClient, type SubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';
import { splitUrls } from './subgraph-urls.ts';

/** What holds for every subgraph. */
export type SubgraphPolicies = Omit<SubgraphClientOptions, 'name' | 'urls'>;

/**
 * Finds mistakes in overrides before a gateway starts.
 * @throws StartError for an override of a subgraph that does not exist
 */
export function refuseUnknownOverrides(
  subgraphs: readonly { name: string }[],
  overrides: ReadonlyMap<string, string>,
): void {
  const variables = new Set(subgraphs.map(({ name }) => overrideVariable(name)));
  const unknown = [...overrides.keys()].filter((variable) => !variables.has(variable));
  if (unknown.length > 0) {
    throw new StartError(`${unknown.join(', ')}: no such subgraph; there are ${[...variables].join(', ')}`, {
      exitCode: 2,
    });
  }
}

/**
 * A client for each subgraph.
 * @param overrides URLs by variable name (`SUBGRAPH_URL_ACCOUNTS`), which win over the supergraph's own
 * @throws StartError for a URL that is none
 */
export function createSubgraphClients(
  subgraphs: readonly { name: string; url: string }[],
  overrides: ReadonlyMap<string, string>,
  policies: SubgraphPolicies,
): Map<string, SubgraphClient> {
  // All are read before there is a client, which nobody would close when a later one cannot be made.
  const named = subgraphs.map(({ name, url }) => ({
    name,
    urls: urlsOf(name, overrides.get(overrideVariable(name)) ?? url),
  }));
  return new Map(named.map(({ name, urls }) => [name, createSubgraphClient({ ...policies, name, urls })]));
}

/** The variable that overrides the URLs of a subgraph. */
export function overrideVariable(subgraph: string): string {
  return `SUBGRAPH_URL_${subgraph.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
}

function urlsOf(subgraph: string, text: string): URL[] {
  try {
    return splitUrls(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(`the URL of subgraph "${subgraph}": ${reason} (set ${overrideVariable(subgraph)})`, {
      exitCode: 2,
      cause: error,
    });
  }
}
