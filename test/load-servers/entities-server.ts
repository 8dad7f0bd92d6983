import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { createBatchLoader } from '@tributary/runtime/loaders/batch-loader';
import { createLogger } from '@tributary/runtime/logging/logger';
import { signViewerHeader, viewerHeaderName } from '@tributary/runtime/viewer/viewer-header';
import { parse } from 'graphql';

/**
 * A subgraph of one entity behind a loader that makes its rows up, to be measured: `node entities-server.ts standalone|apollo|compiled`,
 * as a child process with IPC. It sends `{ url }`; to `headers` it answers with the headers a request needs at the moment, to
 * `cpu` with the microseconds it has used so far.
 */
const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Product @key(fields: "id") { id: ID!, title: String!, description: String, rating: Float, stock: Int! }
  type Query { product: Product }
`);

interface Product {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly rating: number;
  readonly stock: number;
}

function makeContext() {
  const products = createBatchLoader<string, Product>({
    name: 'products',
    keyText: (id) => id,
    load: async (ids) => new Map(ids.map((id) => [id, readRow(id)])),
    missing: null,
  });
  return { products };
}

const rowTexts = new Map<string, Product>();

/** A new object each time, of text in one piece, as a database driver returns them. */
function readRow(id: string): Product {
  let row = rowTexts.get(id);
  if (row === undefined) {
    const made = { id, title: `The product ${id}`, description: 'Keeps. '.repeat(6), rating: 4.5, stock: id.length };
    row = JSON.parse(JSON.stringify(made)) as Product;
    rowTexts.set(id, row);
  }
  return { ...row };
}

const resolvers = {
  Product: {
    __resolveReference: ({ id }: { id: string }, { products }: ReturnType<typeof makeContext>) => products.load(id),
  },
};

const key = 'of this measurement';

async function start(kind: string | undefined): Promise<string> {
  if (kind === 'standalone') {
    const server = new ApolloServer({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]) });
    const { url } = await startStandaloneServer(server, {
      context: async () => makeContext(),
      listen: { host: '127.0.0.1', port: 0 },
    });
    return url;
  }
  if (kind !== 'apollo' && kind !== 'compiled') throw new TypeError('expected standalone, apollo or compiled');
  const { url } = await startSubgraphServer({
    name: 'products',
    typeDefs,
    resolvers,
    host: '127.0.0.1',
    port: 0,
    signingKeys: [key],
    isDevelopment: false,
    makeContext,
    isReady: async () => ({ isReady: true, checks: {} }),
    executor: kind,
    logger: createLogger({ service: 'products', level: 'error' }),
  });
  return `${url}/graphql`;
}

process.on('message', (question) => {
  if (question === 'headers') {
    process.send?.({ [viewerHeaderName]: signViewerHeader({ viewer: null, isExplained: false }, key, Date.now()) });
  }
  if (question === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ url: await start(process.argv[2]) });
