import { type HttpHandler, jsonResponse } from '@tributary/runtime/http/http-message';
import type { HttpRoute } from '@tributary/runtime/http/router';
import type { GraphQLSchema } from 'graphql';
import { printApiSchema } from '../planning/print-api-schema.ts';
import type { ServerGateway } from '../supergraph/apollo-gateway.ts';
import { readExplorerFiles } from './explorer-files.ts';
import { serveExplorer, serveSandbox } from './explorer-page.ts';
import { noSettings, readExplorerSettings } from './explorer-settings.ts';
import type { ExplorerOptions } from './explorer-variables.ts';

/** Where the graph can be tried out in a browser. */
export interface ExplorerServer {
  /** The page at `/`. */
  readonly serveLanding: HttpHandler;
  /** The explorer, its files, and the schema that it explores. */
  readonly routes: Readonly<Record<string, HttpRoute>>;
}

const BUNDLED = new URL('../../explorer/dist/', import.meta.url);

/**
 * Opens the pages that try out the graph. They are for development: what they offer, accounts among it, is for everybody.
 *
 * @param gateway not loaded yet
 * @throws StartError for settings that cannot be read
 */
export async function openExplorer(
  { page, settingsFile }: ExplorerOptions,
  gateway: Pick<ServerGateway, 'onSchemaLoadOrUpdate'>,
): Promise<ExplorerServer> {
  let served: GraphQLSchema | undefined;
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
    served = apiSchema;
  });
  const files = await readExplorerFiles(BUNDLED);
  const settings = settingsFile === undefined ? noSettings : await readExplorerSettings(settingsFile);
  const serveAlone = serveExplorer(files);
  return {
    serveLanding: page === 'sandbox' ? serveSandbox(files) : serveAlone,
    routes: {
      ...files?.routes,
      '/explorer': { GET: serveAlone },
      '/explorer/settings.json': { GET: () => jsonResponse(200, settings) },
      '/schema.graphql': {
        GET: () => ({
          status: 200,
          headers: [['content-type', 'text/plain; charset=utf-8']],
          body: served ? printApiSchema(served) : '',
        }),
      },
    },
  };
}

/** Answers browsers that open the endpoint itself with the page at `/`, and everything else as before. */
export function withLandingPage(handle: HttpHandler, serveLanding: HttpHandler): HttpHandler {
  return (request) => {
    const isVisit = request.method === 'GET' && request.headers.get('accept')?.startsWith('text/html');
    return isVisit ? serveLanding(request) : handle(request);
  };
}
