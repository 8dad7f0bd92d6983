import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { type SubgraphServer, startSubgraphServer } from '@tributary/runtime/graphql/subgraph-server';
import { type OpenFieldLimits, openFieldLimits } from '@tributary/runtime/rate-limit/open-field-limits';
import { parse } from 'graphql';
import { z } from 'zod';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { testSecret } from '../kit/secrets.ts';
import { createTestLogger } from '../kit/test-logger.ts';

const MAX = 100;
const signingKeys = [testSecret('gateway')];
const typeDefs = parse(`
  directive @rateLimit(max: Int!, window: String!, identityArgs: [String!]) on FIELD_DEFINITION
  type Query { bestReview: Review @rateLimit(max: ${MAX}, window: "1h") }
  type Review { stars: Int }
`);

const answerSchema = z.object({
  data: z.object({ bestReview: z.nullable(z.object({ stars: z.number() })) }),
  errors: z.array(z.unknown()).optional(),
});

interface Process {
  readonly subgraph: SubgraphServer;
  readonly limits: OpenFieldLimits;
  readonly gateway: ShopGateway;
}

let redis: TestRedis;
let processes: Process[] = [];
let resolved = 0;
beforeAll(async () => {
  redis = await startTestRedis();
  processes = await Promise.all([startProcess(), startProcess()]);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  for (const { gateway, subgraph, limits } of processes) {
    await gateway.stop();
    await subgraph.stop();
    limits.close();
  }
  await redis.close();
});

/** A subgraph with its own connection to Redis, behind a gateway of its own. */
async function startProcess(): Promise<Process> {
  const logger = createTestLogger({ service: 'reviews', level: 'warn' });
  const settings = { url: redis.url, coordinationUrl: undefined, localLimitBytes: 0 };
  const limits = await openFieldLimits({
    limits: { processes: 2, withoutStore: 'share', budgetMs: 1_000 },
    settings,
    logger,
  });
  if (!limits) throw new Error('nothing is limited');
  const subgraph = await startSubgraphServer({
    name: 'reviews',
    typeDefs,
    resolvers: { Query: { bestReview: () => ({ stars: ++resolved }) } },
    host: '127.0.0.1',
    port: 0,
    signingKeys,
    isDevelopment: false,
    makeContext: (request) => ({ ...request }),
    isReady: async () => ({ isReady: true, checks: {} }),
    fieldLimits: limits,
    logger,
  });
  const gateway = await startShopGateway({
    signingKeys,
    subgraphUrls: new Map([['SUBGRAPH_URL_REVIEWS', `${subgraph.url}/graphql`]]),
    trustedProxies: ['127.0.0.1'],
  });
  return { subgraph, limits, gateway };
}

function askAll(requests: number, address: string, query = '{ bestReview { stars } }'): Promise<Response>[] {
  return Array.from({ length: requests }, (_, index) => {
    const process = processes[index % processes.length];
    if (!process) throw new Error('no process was started');
    return process.gateway.post({ query }, { 'x-forwarded-for': address });
  });
}

describe('a limited field of a subgraph that runs in two processes', () => {
  it('is resolved exactly as often as it may be, however many call at once', async () => {
    resolved = 0;
    const responses = await Promise.all(askAll(500, '192.0.2.1'));
    const answers = await Promise.all(responses.map(async (response) => answerSchema.parse(await response.json())));

    expect(resolved).toBe(MAX);
    expect(answers.filter(({ data }) => data.bestReview !== null)).toHaveLength(MAX);
    const refused = answers.find(({ data }) => data.bestReview === null);
    expect(refused?.errors).toEqual([
      expect.objectContaining({
        path: ['bestReview'],
        extensions: expect.objectContaining({ code: 'RATE_LIMITED', field: 'Query.bestReview' }),
      }),
    ]);
  });

  it('says by a header of the answer, too, when to come back, whether or not its operation is known', async () => {
    await Promise.all(askAll(MAX, '192.0.2.2'));
    const refused = await Promise.all([
      ...askAll(2, '192.0.2.2'),
      ...askAll(2, '192.0.2.2', 'query New { bestReview { stars } }'),
    ]);

    for (const { status, headers } of refused) {
      expect([status, Number(headers.get('retry-after'))]).toEqual([200, expect.any(Number)]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_000);
    }
  });

  it('is limited by shares while Redis hangs, and no call waits for it', async () => {
    await redis.pause();
    try {
      resolved = 0;
      // Redis answers none of them before all are answered.
      await Promise.all(askAll(500, '192.0.2.3'));

      expect(resolved).toBe(MAX);
    } finally {
      redis.resume();
    }
  });
});
