/*
 * Run with `--expose-gc`: it lets the gateway's caches see many more operations than they may keep, and prints by how many bytes the
 * heap has grown for each byte that they may take.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { createValidatedDocuments } from '@tributary/gateway/edge/validated-documents';
import type { GatewayContext } from '@tributary/gateway/gateway-context';
import { buildApiSchema } from '@tributary/gateway/planning/build-api-schema';
import { compileSupergraph } from '@tributary/gateway/planning/compiled-supergraph';
import { createQueryPlanner } from '@tributary/gateway/planning/query-planner';
import { readSupergraph } from '@tributary/gateway/planning/read-supergraph';
import { createKnownOperations } from '@tributary/gateway/short-cut/known-operations';
import { parse } from 'graphql';
import { createMockGraph } from '../execution/mock-graph.ts';

const SUBGRAPHS = join(import.meta.dirname, '../../subgraphs');
const LIMIT_BYTES = 4 * 2 ** 20;
const OPERATIONS = 500;

const graph = await createMockGraph(
  Object.fromEntries(
    await Promise.all(
      ['accounts', 'catalog', 'inventory', 'orders', 'reviews', 'notifications'].map(async (name) => [
        name,
        await readFile(join(SUBGRAPHS, name, 'schema.graphql'), 'utf8'),
      ]),
    ),
  ),
);
const { facts, built } = readSupergraph(graph.supergraphSdl);
const plan = createQueryPlanner(facts.sdl, built);
const supergraph = compileSupergraph({
  facts,
  apiSchema: buildApiSchema(facts),
  authorisation: 'off',
  planner: { plan: async (operation) => plan(operation) },
  cacheLimitBytes: LIMIT_BYTES,
});

const contextValue: GatewayContext = { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined };
const known = createKnownOperations({ limitBytes: LIMIT_BYTES, rules: [], carryLimitMs: 0 });
const server = new ApolloServer<GatewayContext>({
  gateway: {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: supergraph.apiSchema, coreSupergraphSdl: graph.supergraphSdl });
      return () => undefined;
    },
    load: async () => ({ executor: async () => ({ data: null }) }),
    stop: async () => undefined,
  },
  documentStore: null,
  plugins: [createValidatedDocuments(LIMIT_BYTES), known.plugin],
  stopOnTerminationSignals: false,
});
await server.start();

/** Other operations than those before, of 40 to 350 tokens. */
function operation(number: number): string {
  const fields = `id x${number}: title price { minorUnits currency } stock { available } rating { average count }`;
  const products = Array.from(
    { length: 1 + (number % 10) },
    (_, index) => `p${index}: products { nodes { ${fields} } }`,
  );
  return `query Q${number} { ${products.join(' ')} }`;
}

async function growthOf(see: (source: string) => Promise<unknown>): Promise<number> {
  for (let number = 0; number < 20; number++) await see(operation(number));
  const before = heapBytes();
  for (let number = 20; number < OPERATIONS; number++) await see(operation(number));
  return heapBytes() - before;
}

function heapBytes(): number {
  if (!globalThis.gc) throw new Error('run it with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

const compiled = await growthOf(async (source) => {
  const made = await supergraph.operation(parse(source), undefined, null);
  await made.execute({ variables: {}, transport: ({ subgraph, body }) => graph.send(subgraph, body) });
  graph.requests.length = 0;
});
const letIn = await growthOf((query) => server.executeOperation({ query }, { contextValue }));
console.log(JSON.stringify({ compiled: compiled / LIMIT_BYTES, letIn: letIn / (2 * LIMIT_BYTES) }));
await server.stop();
