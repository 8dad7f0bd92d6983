import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMockGraph } from '../execution/mock-graph.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.ts';

const CURRENT = 'application/graphql-response+json';

let folder: string;
let queriesOnly: GatewayProcess;
let withSubscriptions: GatewayProcess;

/** A gateway over subgraphs that nobody can reach: whatever is refused must be refused before they are asked. */
async function start(name: string, more: string): Promise<GatewayProcess> {
  const { supergraphSdl } = await createMockGraph({
    clock: `type Query { tick: Tick } ${more} type Tick @key(fields: "id") { id: ID! }`,
    names: `type Tick @key(fields: "id") { id: ID! name: String }`,
  });
  const file = join(folder, `${name}.graphql`);
  await writeFile(file, supergraphSdl);
  return startGatewayProcess(['--supergraph', file, '--port', '0']);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-unsupported-'));
  [queriesOnly, withSubscriptions] = await Promise.all([
    start('queries', ''),
    start('subscriptions', 'type Subscription { ticks: Tick }'),
  ]);
});
afterAll(async () => {
  expect(await Promise.all([queriesOnly.stop(), withSubscriptions.stop()])).toEqual([0, 0]);
  await rm(folder, { recursive: true });
});

async function post({ url }: GatewayProcess, body: object, accept: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

const refusal = (message: string) => ({
  errors: [expect.objectContaining({ message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })],
});

const streamNeeded = {
  errors: [expect.objectContaining({ extensions: { code: 'SUBSCRIPTION_NEEDS_EVENT_STREAM' } })],
};

describe('what is not supported is refused with a clear error:', () => {
  it.each([
    ['@defer', '{ tick { id ... @defer { name } } }', 'Unknown directive "@defer".'],
    ['@stream', '{ tick @stream { id } }', 'Unknown directive "@stream".'],
  ])('%s, also of clients that can take an answer in parts', async (_case, query, message) => {
    const multipart = `multipart/mixed;deferSpec=20220824;subscriptionSpec=1.0, application/json`;
    for (const accept of ['application/json', multipart]) {
      expect(await post(withSubscriptions, { query }, accept)).toEqual({ status: 200, answer: refusal(message) });
    }
    expect(await post(withSubscriptions, { query }, CURRENT)).toEqual({ status: 400, answer: refusal(message) });
  });

  it('a subscription of a client that takes no stream of events', async () => {
    for (const accept of ['application/json', 'multipart/mixed;subscriptionSpec=1.0, application/json', CURRENT]) {
      const answered = await post(withSubscriptions, { query: 'subscription { ticks { id name } }' }, accept);
      expect(answered).toEqual({ status: 406, answer: streamNeeded });
    }
  });

  it('a subscription beside a query, when it is the one that is meant', async () => {
    const query = 'query Once { tick { id } } subscription Always { ticks { id } }';

    const { answer } = await post(withSubscriptions, { query, operationName: 'Always' }, CURRENT);

    expect(answer).toEqual(streamNeeded);
  });

  it('a subscription where nobody tells of events', async () => {
    const { status, answer } = await post(
      withSubscriptions,
      { query: 'subscription { ticks { id } }' },
      'text/event-stream',
    );

    expect(status).toBe(503);
    expect(answer).toHaveProperty('errors.0.extensions.code', 'SUBSCRIPTIONS_UNAVAILABLE');
  });

  it.each(['mutation', 'subscription'])('a %s where the schema has none', async (operation) => {
    const query = `${operation} { ticks { id } }`;

    expect(await post(queriesOnly, { query }, CURRENT)).toEqual({
      status: 400,
      answer: refusal(`The schema has no ${operation} type`),
    });
  });
});
