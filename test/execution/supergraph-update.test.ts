import { afterEach, describe, expect, it } from '@jest/globals';
import { defaultPlanningLimits } from '@tributary/gateway/limits/planner-limits';
import type { SubgraphClient } from '@tributary/gateway/subgraph-fetch/subgraph-client';
import { CompiledGateway } from '@tributary/gateway/supergraph/compiled-gateway';
import { createLogger } from '@tributary/runtime/logging/logger';
import { type GraphQLSchema, parse } from 'graphql';
import { createMockGraph, type MockGraph } from './mock-graph.ts';

const logger = createLogger({ service: 'gateway', level: 'silent' });
const context = { requestId: 'r', viewer: null, subgraphHeaders: () => [], explain: undefined };

let gateway: CompiledGateway;
afterEach(() => gateway.stop());

async function loadGateway(graph: MockGraph, only: SubgraphClient) {
  const schemas: GraphQLSchema[] = [];
  gateway = new CompiledGateway({
    supergraphSdl: graph.supergraphSdl,
    clients: {
      clientsFor: () => new Map([[only.name, only]]),
      serve: () => undefined,
      retireUnserved: () => undefined,
    },
    planningLimits: defaultPlanningLimits,
    authorisation: 'off',
    logger,
  });
  gateway.onSchemaLoadOrUpdate(({ apiSchema }) => schemas.push(apiSchema));
  await gateway.load();
  return schemas;
}

function ask(schema: GraphQLSchema | undefined, query: string) {
  if (!schema) throw new Error('no schema was loaded');
  return gateway.answer({ schema, document: parse(query), operationName: undefined, variables: {}, context });
}

describe('another supergraph', () => {
  it('is served at once, while requests under way end on the one before', async () => {
    const before = await createMockGraph({ only: 'type Query { old: Int! }' });
    const after = await createMockGraph({ only: 'type Query { new: Int! }' });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const schemas = await loadGateway(before, {
      name: 'only',
      async send(body) {
        if (!body.includes('old')) return after.send('only', body);
        await released;
        return before.send('only', body);
      },
      stop: async () => undefined,
    });

    const underWay = ask(schemas[0], '{ old }');
    await gateway.update(after.supergraphSdl);
    expect(await ask(schemas[1], '{ new }')).toEqual({ data: { new: expect.any(Number) }, errors: [] });
    release();
    expect(await underWay).toEqual({ data: { old: expect.any(Number) }, errors: [] });
  });

  it('that cannot be served changes nothing', async () => {
    const graph = await createMockGraph({ only: 'type Query { old: Int! }' });
    const schemas = await loadGateway(graph, {
      name: 'only',
      send: (body) => graph.send('only', body),
      stop: async () => undefined,
    });

    await expect(gateway.update('type Query { new: Int }')).rejects.toThrow();
    expect(schemas).toHaveLength(1);
    expect(await ask(schemas[0], '{ old }')).toMatchObject({ errors: [] });
  });
});
