import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import type { ForeignSubgraph } from './library-subgraphs.ts';

/** A running foreign subgraph and the operations that it was sent. */
export interface ForeignSubgraphServer {
  url: string;
  operations: string[];
  stop(): Promise<void>;
}

/** Serves a subgraph as anybody's server would: no header of ours is known to it. */
export async function startForeignSubgraph({ schema, resolvers }: ForeignSubgraph): Promise<ForeignSubgraphServer> {
  const executable = buildSubgraphSchema([{ typeDefs: parse(schema), resolvers }]);
  const operations: string[] = [];
  const server = createServer(async (message, target) => {
    const request = (await json(message)) as {
      query: string;
      variables?: Record<string, unknown>;
      operationName?: string;
    };
    operations.push(request.query);
    const { query: source, variables: variableValues, operationName } = request;
    const result = await graphql({
      schema: executable,
      source,
      ...(variableValues && { variableValues }),
      ...(operationName && { operationName }),
    });
    target.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the subgraph listens on no TCP port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    operations,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
