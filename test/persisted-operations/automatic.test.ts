import { ApolloServer } from '@apollo/server';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { codeOf, extensionsFor, get, post, sha256, startSharingGateway } from './shared-graph.ts';

/** Above the time that a call of Redis may take, for a busy machine. */
const PATIENCE_MS = 1_500;

let redis: TestRedis;
let first: ShopGateway;
let second: ShopGateway;
let texts = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  first = await startSharingGateway(redis);
  second = await startSharingGateway(redis);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  await first.stop();
  await second.stop();
  await redis.close();
});

const answer = { status: 200, body: { data: { products: [{ id: '1' }, { id: '2' }] } } };

/** A query that no other test sends. */
function newQuery() {
  texts += 1;
  const query = `query Q${texts} { products { id } }`;
  const extensions = extensionsFor(sha256(query));
  return {
    query,
    key: `tributary:apq:${sha256(query)}`,
    extensions,
    inUrl: { extensions: JSON.stringify(extensions) },
  };
}

type Query = ReturnType<typeof newQuery>;

/** Sends a text with its hash, and waits until Redis has it. */
async function register({ query, key, extensions }: Query): Promise<void> {
  expect(await post(first, { query, extensions })).toEqual(answer);
  await eventually(
    () => redis.run('EXISTS', key),
    (exists) => exists === 1,
  );
}

/** How often anything was read from or written to Redis for texts. */
async function callsOfRedis(): Promise<number> {
  const stats = String(await redis.run('INFO', 'commandstats'));
  return [...stats.matchAll(/cmdstat_[gs]et:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

describe('an automatic persisted query', () => {
  it('is registered on one gateway by its text, and known on another by its hash, in a POST and a GET', async () => {
    const asked = newQuery();
    const unknown = await post(second, { extensions: asked.extensions });
    expect(unknown).toMatchObject({ status: 200, body: { errors: [{ message: 'PersistedQueryNotFound' }] } });
    expect(codeOf(unknown)).toBe('PERSISTED_QUERY_NOT_FOUND');
    await register(asked);
    expect(await post(second, { extensions: asked.extensions })).toEqual(answer);
    expect(await get(second, asked.inUrl)).toEqual(answer);
  });

  it('costs no call of Redis, and no pass of the pipeline, once a gateway knows it', async () => {
    const asked = newQuery();
    await register(asked);
    const pipeline = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
    const before = await callsOfRedis();
    for (let round = 0; round < 10; round += 1) {
      expect(await post(first, { extensions: asked.extensions })).toEqual(answer);
      expect(await get(first, asked.inUrl)).toEqual(answer);
      expect(await post(first, { query: asked.query, extensions: asked.extensions })).toEqual(answer);
    }
    expect(await callsOfRedis()).toBe(before);
    expect(pipeline).not.toHaveBeenCalled();
    pipeline.mockRestore();
  });

  it('takes variables and the name of the operation, and is found in a batch', async () => {
    const query = 'query A($is: Boolean!) { products { id @include(if: $is) } } query B { products { name } }';
    const extensions = extensionsFor(sha256(query));
    const asked = { extensions, operationName: 'A', variables: { is: true } };
    expect(await post(first, { query, ...asked })).toEqual(answer);
    expect(await post(first, asked)).toEqual(answer);
    const inUrl = { extensions: JSON.stringify(extensions), operationName: 'A', variables: '{"is":true}' };
    expect(await get(first, inUrl)).toEqual(answer);

    const batching = await startSharingGateway(redis, { batchLimit: 2 });
    const unknown = { extensions: newQuery().extensions };
    const { body } = await post(batching, [asked, unknown]);
    expect(body).toMatchObject([answer.body, { errors: [{ message: 'PersistedQueryNotFound' }] }]);
    await batching.stop();
  });

  it('has a time to live in Redis, which a use renews', async () => {
    const asked = newQuery();
    await register(asked);
    const day = 24 * 3_600_000;
    expect(await redis.run('PTTL', asked.key)).toBeGreaterThan(day - 60_000);
    await redis.run('PEXPIRE', asked.key, '60000');
    const third = await startSharingGateway(redis);
    expect(await post(third, { extensions: asked.extensions })).toEqual(answer);
    await eventually(
      async () => Number(await redis.run('PTTL', asked.key)),
      (ttl) => ttl > day - 60_000,
    );
    await third.stop();
  });

  it.each([
    ['is not GraphQL', '{ products {'],
    ['does not fit the schema', '{ nothing }'],
  ])('is not registered when its text %s', async (_, query) => {
    const extensions = extensionsFor(sha256(query));
    expect(codeOf(await post(first, { query, extensions }))).toMatch(/^GRAPHQL_/);
    expect(codeOf(await post(first, { extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await redis.run('EXISTS', `tributary:apq:${sha256(query)}`)).toBe(0);
  });

  it('is refused when the text does not fit the hash, and nothing is registered', async () => {
    const asked = newQuery();
    const refused = await post(first, { query: '{ products { name } }', extensions: asked.extensions });
    expect(refused.status).toBe(400);
    expect(codeOf(refused)).toBe('PERSISTED_QUERY_HASH_MISMATCH');
    expect(codeOf(await post(first, { extensions: asked.extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  it.each(['ab', 'f'.repeat(65), 'g'.repeat(64), 'f'.repeat(100_000)])(
    'is refused with the hash %.70s before Redis is asked',
    async (hash) => {
      const before = await callsOfRedis();
      const refused = await post(first, { extensions: extensionsFor(hash) });
      expect(refused.status).toBe(400);
      expect(codeOf(refused)).toBe('BAD_REQUEST');
      expect(await callsOfRedis()).toBe(before);
    },
  );

  it('is no way for a page of another site to send a GET without asking first', async () => {
    const asked = newQuery();
    await register(asked);
    const foreign = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect(codeOf(await get(first, asked.inUrl, foreign))).toBe('CROSS_SITE_REQUEST');
    expect(await get(first, asked.inUrl, { ...foreign, 'apollo-require-preflight': '1' })).toEqual(answer);
    expect(await get(first, asked.inUrl, { 'sec-fetch-site': 'same-origin' })).toEqual(answer);
  });

  it('that is a mutation is not executed by a GET', async () => {
    const query = 'mutation { rename(name: "Cup") { id } }';
    const extensions = extensionsFor(sha256(query));
    await post(first, { query, extensions });
    const before = first.products.requests.length;
    expect(await get(first, { extensions: JSON.stringify(extensions) })).toMatchObject({ status: 405 });
    expect(first.products.requests).toHaveLength(before);
    expect(await post(first, { extensions })).toMatchObject({ status: 200, body: { data: { rename: { id: '1' } } } });
  });

  it('is answered while Redis hangs: at once where it is known, and soon where it is not', async () => {
    const [known, unknown] = [newQuery(), newQuery()];
    await register(known);
    await redis.pause();
    try {
      const startedAtMs = performance.now();
      expect(await post(first, { extensions: known.extensions })).toEqual(answer);
      expect(codeOf(await post(first, { extensions: unknown.extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
      expect(await post(first, { query: unknown.query, extensions: unknown.extensions })).toEqual(answer);
      expect(await post(first, { extensions: unknown.extensions })).toEqual(answer);
      expect(performance.now() - startedAtMs).toBeLessThan(PATIENCE_MS);
    } finally {
      redis.resume();
    }
  });

  it('is executed while Redis is gone, and told to it when it is back', async () => {
    const asked = newQuery();
    await register(asked);
    await redis.kill();
    expect(await post(first, { extensions: asked.extensions })).toEqual(answer);
    const { query, extensions } = asked;
    expect(codeOf(await post(second, { extensions }))).toBe('PERSISTED_QUERY_NOT_FOUND');
    expect(await post(second, { query, extensions })).toEqual(answer);
    await redis.start();
    const isShared = () => post(second, { extensions }).then(() => redis.run('EXISTS', asked.key));
    await eventually(isShared, (exists) => exists === 1);
  });
});
