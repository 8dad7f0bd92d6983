import { composeServices } from '@apollo/composition';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openSharedRedis, type SharedRedis } from '@tributary/gateway/persisted-operations/shared-redis';
import { publishSchema } from '@tributary/gateway/schema-registry/publish-schema';
import { PublishedSchemas, type SchemaVersions } from '@tributary/gateway/schema-registry/published-schemas';
import { parse } from 'graphql';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { createTestLogger } from '../kit/test-logger.ts';

let redis: TestRedis;
let shared: SharedRedis;
let store: PublishedSchemas;
beforeAll(async () => {
  redis = await startTestRedis();
  const opened = await openSharedRedis(redis.url, { logger: createTestLogger({ service: 'test', level: 'error' }) });
  if (!opened) throw new Error('the URL names no Redis');
  shared = opened;
  store = new PublishedSchemas(shared.commands);
}, REDIS_START_LIMIT_MS);
beforeEach(() => redis.run('FLUSHALL'));
afterAll(async () => {
  shared.close();
  await redis.close();
});

function supergraphWith(...fields: string[]): string {
  const typeDefs = parse(
    `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9")
    type Query { ${fields.map((field) => `${field}: Int`).join(' ')} }`,
  );
  const { supergraphSdl } = composeServices([{ name: 'numbers', url: 'http://numbers.test', typeDefs }]);
  if (!supergraphSdl) throw new Error('it does not compose');
  return supergraphSdl;
}

const candidate = (...fields: string[]) => ({
  sdl: supergraphWith(...fields),
  smokeOperations: [],
  operations: undefined,
  isForced: false,
});

/** A store that answers nobody what is current until that many have asked. */
function togetherAfter(readers: number): Pick<PublishedSchemas, 'readAll' | 'publish'> {
  const all = Promise.withResolvers<void>();
  let waiting = 0;
  return {
    async readAll(): Promise<SchemaVersions> {
      const versions = await store.readAll();
      waiting += 1;
      if (waiting === readers) all.resolve();
      await all.promise;
      return versions;
    },
    publish: (schema, checkedAgainst) => store.publish(schema, checkedAgainst),
  };
}

describe('publishing a supergraph', () => {
  it('makes the first one current, unchecked', async () => {
    const published = await publishSchema(store, candidate('a', 'b'));
    expect(published).toMatchObject({ kind: 'published', check: undefined });
    expect((await store.readAll()).current).toMatchObject({
      version: published.version,
      sdl: supergraphWith('a', 'b'),
    });
  });

  it('refuses one that may break clients, unless it is forced to', async () => {
    const first = await publishSchema(store, candidate('a', 'b'));
    expect(await publishSchema(store, candidate('a'))).toMatchObject({
      kind: 'refused',
      check: { changes: [{ verdict: 'breaking', coordinate: 'Query.b' }] },
    });
    expect((await store.readAll()).current?.version).toBe(first.version);

    const forced = await publishSchema(store, { ...candidate('a'), isForced: true });
    expect(forced.kind).toBe('published');
    expect((await store.readAll()).current?.version).toBe(forced.version);
  });

  it('lets one of two publishers pass that were checked against the same version, and the other check again', async () => {
    await publishSchema(store, candidate('a'));
    const both = togetherAfter(2);
    // Each is safe beside what is current. One after the other they are not: the second takes back what the first has added.
    const outcomes = await Promise.all([
      publishSchema(both, candidate('a', 'b')),
      publishSchema(both, candidate('a', 'c')),
    ]);
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['overtaken', 'published']);

    const winner = outcomes.find(({ kind }) => kind === 'published');
    const loser = winner === outcomes[0] ? candidate('a', 'c') : candidate('a', 'b');
    const { current, versions } = await store.readAll();
    expect(current?.version).toBe(winner?.version);
    expect(versions).toHaveLength(2);
    expect(await publishSchema(store, loser)).toMatchObject({ kind: 'refused' });
  });

  it('lets one of twenty publishers pass at a time', async () => {
    await publishSchema(store, candidate('a'));
    const all = togetherAfter(20);
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => publishSchema(all, candidate('a', `b${index}`))),
    );
    expect(outcomes.filter(({ kind }) => kind === 'published')).toHaveLength(1);
  });

  it('changes nothing for what is current already', async () => {
    const { version } = await publishSchema(store, candidate('a'));
    expect(await publishSchema(store, candidate('a'))).toEqual({ kind: 'already current', version });
  });

  it('goes back to a version that is kept, which has not changed since', async () => {
    const first = await publishSchema(store, candidate('a'));
    const second = await publishSchema(store, candidate('a', 'b'));
    const before = (await store.readAll()).versions.find(({ version }) => version === first.version);
    expect(await store.makeCurrent(first.version, second.version)).toBe(true);
    expect((await store.readAll()).current).toEqual(before);
    expect(await store.makeCurrent('0123456789abcdef', first.version)).toBe(false);
  });

  it('keeps the fifty newest versions, and the current one', async () => {
    const schema = (number: number) => ({
      version: `${number}`.padStart(16, '0'),
      publishedAt: new Date(number * 1_000).toISOString(),
      sdl: 'type Query { a: Int }',
      smokeOperations: [],
    });
    let current: string | undefined;
    for (let number = 1; number <= 52; number += 1) {
      expect(await store.publish(schema(number), current)).toBe(true);
      current = schema(number).version;
    }
    const { versions } = await store.readAll();
    expect(versions.map(({ version }) => Number(version))).toEqual(
      Array.from({ length: 50 }, (_, index) => 52 - index),
    );
  });
});

describe('reading what is published', () => {
  it('answers with nothing, then with the version, and then that nothing has changed', async () => {
    expect(await store.read(undefined)).toEqual({ kind: 'nothing' });
    const { version } = await publishSchema(store, candidate('a'));
    expect(await store.read(undefined)).toMatchObject({ kind: 'published', schema: { version } });
    expect(await store.read(version)).toEqual({ kind: 'unchanged' });
  });
});
