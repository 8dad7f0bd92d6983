import { readFileSync } from 'node:fs';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { jsonResponse } from '@tributary/runtime/http/http-message';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import { createLogger } from '@tributary/runtime/logging/logger';
import { signViewerHeader, viewerHeaderName } from '@tributary/runtime/viewer/viewer-header';
import { parse } from 'graphql';

/**
 * A subgraph of one entity, to be measured: `node entities-server.ts standalone|apollo|compiled PORT ROWS_FILE`. Its loader reads
 * rows by id from a file instead of a database. Ours, which answer a gateway only, say at `/gateway-headers` what one would send.
 */
interface Product {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rating: number;
  readonly stock: number;
}

const [kind, portText, rowsFile = ''] = process.argv.slice(2);
const host = '127.0.0.1';
const port = Number(portText);
const rows = new Map<string, Product>(Object.entries(JSON.parse(readFileSync(rowsFile, 'utf8'))));

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Product @key(fields: "id") { id: ID!, title: String!, description: String, rating: Float, stock: Int! }
  type Query { product: Product }
`);

function makeContext() {
  const products = createBatchLoader<string, Product>({
    name: 'products',
    keyText: (id) => id,
    load: async (ids) => new Map(ids.flatMap((id) => readRow(id))),
    missing: null,
  });
  return { products };
}

/** A new object each time, as a database driver returns them. */
function readRow(id: string): [string, Product][] {
  const row = rows.get(id);
  return row ? [[id, { ...row }]] : [];
}

const resolvers = {
  Product: {
    __resolveReference: ({ id }: { id: string }, { products }: ReturnType<typeof makeContext>) => products.load(id),
  },
};

async function start(): Promise<void> {
  if (kind === 'standalone') {
    const server = new ApolloServer({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) });
    await startStandaloneServer(server, { context: async () => makeContext(), listen: { host, port } });
    return;
  }
  if (kind !== 'apollo' && kind !== 'compiled') throw new TypeError('expected standalone, apollo or compiled');
  const key = 'of this measurement';
  await startSubgraphServer({
    name: 'products',
    typeDefs,
    resolvers,
    host,
    port,
    signingKeys: [key],
    isDevelopment: false,
    makeContext,
    isReady: async () => ({ isReady: true, checks: {} }),
    routes: {
      '/gateway-headers': {
        isPublic: true,
        GET: () => {
          const header = signViewerHeader({ viewer: null, isExplained: false }, key, Date.now());
          return jsonResponse(200, { [viewerHeaderName]: header });
        },
      },
    },
    executor: kind,
    logger: createLogger({ service: 'products', level: 'error' }),
  });
}

await start();
