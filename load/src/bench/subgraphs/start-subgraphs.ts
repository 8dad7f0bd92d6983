import { join } from 'node:path';
import { post } from '../graphql-request.ts';
import { freePort, startServer } from '../processes/child-process.ts';
import { type ComposedSubgraph, composeSupergraph } from './compose-supergraph.ts';
import { type SubgraphName, sdlFile, securedSdlFile, subgraphNames } from './subgraph-schema.ts';

/** The running subgraphs and the supergraphs that are composed of them. */
export interface RunningSubgraphs extends AsyncDisposable {
  readonly supergraphFile: string;
  /** The same for callers with a token only. */
  readonly securedSupergraphFile: string;
  /** By name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Where it is said which sessions have ended. */
  readonly revocationsUrl: string;
  /** The answer that every gateway must give to a request. */
  reference(body: string): Promise<string>;
  /** How many requests all of them have had. */
  readonly requestCount: () => Promise<number>;
}

/**
 * Starts the subgraphs and composes the supergraphs, in `folder`.
 * @throws Error when either fails
 */
export async function startSubgraphs(folder: string, core: number | undefined): Promise<RunningSubgraphs> {
  const port = await freePort();
  const requestCount = async () => Number(await post(port, '/count', ''));
  const server = await startServer({
    name: 'subgraphs',
    args: [join(import.meta.dirname, 'subgraphs-main.ts'), String(port)],
    core,
    port,
    logFile: join(folder, 'subgraphs.log'),
    isReady: async () => (await requestCount()) === 0,
  });
  const urls = Object.fromEntries(subgraphNames.map((name) => [name, `http://127.0.0.1:${port}/${name}`]));
  const supergraphFile = join(folder, 'supergraph.graphql');
  const securedSupergraphFile = join(folder, 'secured-supergraph.graphql');
  try {
    await composeSupergraph(subgraphsOf(urls, sdlFile), supergraphFile);
    await composeSupergraph(subgraphsOf(urls, securedSdlFile), securedSupergraphFile);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return {
    supergraphFile,
    securedSupergraphFile,
    urls,
    revocationsUrl: `http://127.0.0.1:${port}/revocations`,
    reference: (body) => post(port, '/reference', body),
    requestCount,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function subgraphsOf(
  urls: Readonly<Record<string, string>>,
  schemaFile: (name: SubgraphName) => string,
): ComposedSubgraph[] {
  return subgraphNames.map((name) => ({ name, url: urls[name] ?? '', schemaFile: schemaFile(name) }));
}
