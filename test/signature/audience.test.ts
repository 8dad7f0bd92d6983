import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { Scope } from '@tributary/runtime/lifecycle/scope';
import { signedHeaders } from '@tributary/runtime/testing/signed-headers';
import { parse } from 'graphql';
import { testSecret } from '../kit/secrets.ts';
import { createTestLogger } from '../kit/test-logger.ts';

const key = testSecret('audience-key');
const body = JSON.stringify({ query: 'mutation { write(text: "a") }' });

const scope = new Scope();
const written: string[] = [];
const urls: Record<string, string> = {};
beforeAll(async () => {
  for (const name of ['catalog', 'inventory']) urls[name] = await startSubgraph(name);
});
afterAll(() => scope.release());

/** Two of them differ in nothing but their names. */
async function startSubgraph(name: string): Promise<string> {
  const { url } = scope.own(
    await startSubgraphServer({
      name,
      typeDefs: parse('type Query { note: String } type Mutation { write(text: String!): String! }'),
      resolvers: { Mutation: { write: () => written.push(name) && name } },
      host: '127.0.0.1',
      port: 0,
      signingKeys: [key],
      isDevelopment: false,
      makeContext: () => ({}),
      isReady: async () => ({ isReady: true, checks: {} }),
      routes: { '/told': { isPublic: false, GET: async () => ({ status: 200, headers: [], body: name }) } },
      logger: createTestLogger({ service: name, level: 'fatal' }),
    }),
  );
  return url;
}

it('a request that is signed for one subgraph is refused by another with the same key, and runs nothing there', async () => {
  const headers = { 'content-type': 'application/json', ...signedHeaders({ key, subgraph: 'catalog', body }) };
  const send = async (subgraph: string) => {
    const response = await fetch(`${urls[subgraph]}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = JSON.parse(await response.text());
    return errors?.[0].extensions.code ?? data.write;
  };
  expect([await send('inventory'), await send('catalog')]).toEqual(['GATEWAY_SIGNATURE_INVALID', 'catalog']);
  expect(written).toEqual(['catalog']);
});

it('so is one that only reads what a subgraph tells the gateway', async () => {
  const headers = signedHeaders({ key, subgraph: 'catalog', method: 'GET', target: '/told' });
  const statusOf = async (subgraph: string) => (await fetch(`${urls[subgraph]}/told`, { headers })).status;
  expect([await statusOf('inventory'), await statusOf('catalog')]).toEqual([401, 200]);
});
