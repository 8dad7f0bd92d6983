import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Cache } from '../cache/cache.ts';
import { createCache } from '../cache/create-cache.ts';
import { createMemoryCoordination } from '../cache/memory-coordination.ts';
import { createMemoryValueStore } from '../cache/memory-value-store.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import { cachedEntity } from '../loaders/cached-entity.ts';
import { rowShape } from '../loaders/value-shape.ts';
import type { SubscribeOptions } from '../queue/queue.ts';
import { createCapturedLogger } from '../testing/captured-logger.ts';
import type { OutgoingEvent } from './cache-changes.ts';
import { type CachedWrites, createCachedWrites } from './cached-writes.ts';
import { cacheInvalidated } from './events.ts';
import { subscribeToInvalidations } from './invalidation-consumer.ts';

interface Row {
  readonly id: bigint;
}

/** All that happens, in order. */
let steps: string[];
let failing: 'nothing' | 'cache' | 'database';
let cache: Cache;
let writes: CachedWrites<OutgoingEvent[]>;
let logged: Record<string, unknown>[];

const databases = {
  databaseNameOf: (id: bigint) => (id < 10n ? 'catalog' : 'shard_0'),
  positionOf: async (database: string) => {
    steps.push(`position of ${database}`);
    if (failing === 'database') throw new Error('the database is away');
    return 42;
  },
};

/** A cache in memory that notes what it is told. */
function createWatchedCache(): Cache {
  const inner = createCache({
    values: createMemoryValueStore({ limitBytes: 100_000 }),
    coordination: createMemoryCoordination({ leaseMs: 1_000 }),
    l1: { limitBytes: 100_000 },
  });
  const note = (what: string, tags: readonly string[] = [], positions: object = {}) => {
    steps.push(`${what} ${tags.join()} at ${JSON.stringify(positions)}`);
    if (failing === 'cache') throw new Error('the cache is away');
  };
  return {
    getOrFill: (key, fill, options) => inner.getOrFill(key, fill, options),
    getManyOrFill: (keys, fill, options) => inner.getManyOrFill(keys, fill, options),
    getKept: (key, options) => inner.getKept(key, options),
    peek: (key, isValue) => inner.peek(key, isValue),
    catchUp: () => inner.catchUp(),
    beginWrite: () => {
      steps.push('begin');
      return inner.beginWrite();
    },
    invalidate: async (request) => {
      note('invalidate', request.tags, request.positions);
      await inner.invalidate(request);
    },
    write: async (ticket, values, request) => {
      note(`write ${[...values.keys()].join()}`, request.tags, request.positions);
      await inner.write(ticket, values, request);
    },
    close: () => inner.close(),
  };
}

/** Runs a transaction whose events are published when it commits. */
async function inTransaction<T>(run: (tx: OutgoingEvent[]) => Promise<T>): Promise<T> {
  const tx: OutgoingEvent[] = [];
  const result = await run(tx);
  steps.push(
    `commit ${tx.map(({ name, aggregateId, payload }) => `${name} ${aggregateId} ${JSON.stringify(payload)}`).join()}`,
  );
  return result;
}

const publish = async (tx: OutgoingEvent[], event: OutgoingEvent) => void tx.push(event);

beforeEach(() => {
  steps = [];
  failing = 'nothing';
  cache = createWatchedCache();
  const { logger, lines } = createCapturedLogger();
  logged = lines;
  writes = createCachedWrites({ cache, databases, publish, logger });
});

/** A write that changes row 7. */
const writeRow = () =>
  writes.run((changes) =>
    inTransaction(async (tx) => {
      await changes.invalidate(tx, 7n, async () => ['row:7', 'rows']);
      return 'done';
    }),
  );

const COMMIT = 'commit CacheInvalidated 7 {"tags":["row:7","rows"],"database":"catalog"}';

describe('a write of what is cached', () => {
  it('publishes what it makes untrue with its commit, and invalidates it after that, from where it was committed', async () => {
    expect(await writeRow()).toBe('done');
    expect(steps).toEqual([COMMIT, 'position of catalog', 'invalidate row:7,rows at {"catalog":42}']);
  });

  it.each(['cache', 'database'] as const)(
    'stands when the %s is away after its commit: the event makes up for it',
    async (away) => {
      failing = away;
      expect(await writeRow()).toBe('done');
      expect(steps[0]).toBe(COMMIT);
      expect(logged).toMatchObject([{ component: 'cache invalidation' }]);
    },
  );

  it('invalidates nothing when it is rolled back, or changes nothing', async () => {
    const failingWrite = writes.run(async (changes) => {
      await changes.invalidate([], 7n, () => ['row:7']);
      throw new Error('rolled back');
    });
    await expect(failingWrite).rejects.toThrow('rolled back');
    await writes.run(async () => 'a repetition');
    expect(steps).toEqual([]);
  });

  it('has what it keeps found by the next reader', async () => {
    const session = { hasWritten: () => false, readAtLeast: <T>(_: object, read: () => T) => read() };
    const shape = rowShape<Row>({ id: 'bigint' });
    const entity = cachedEntity<Row>(
      { cache, service: 'test', session },
      { entity: 'row', shape, lifetime: { ttlMs: 60_000 } },
    );
    await writes.run(async (changes) => {
      await changes.invalidate([], 7n, () => ['row:7']);
      changes.keep(7n, { id: 7n }, ['row:7']);
    }, entity);
    expect(steps).toEqual(['begin', 'position of catalog', `write ${entity.keyOf(7n)} row:7 at {"catalog":42}`]);
    const fill = () => Promise.reject(new Error('nothing has to be filled'));
    expect(await cache.getOrFill(entity.keyOf(7n), fill, { ...entity.rules, tags: ['row:7'] })).toEqual({ id: 7n });
  });

  it('is nothing but the write where nothing is cached', async () => {
    writes = createCachedWrites({ cache: undefined, databases, publish, logger: createCapturedLogger().logger });
    expect(await writeRow()).toBe('done');
    expect(steps).toEqual(['commit ']);
  });
});

it('the event has what it names invalidated, from where its database is by then', async () => {
  const subscriptions: SubscribeOptions[] = [];
  const queue = {
    publish: async () => undefined,
    close: async () => undefined,
    subscribe: async (options: SubscribeOptions) => {
      subscriptions.push(options);
      return { stop: async () => undefined };
    },
  };
  await subscribeToInvalidations(queue, { cache, databases });
  const { name, version, sample } = cacheInvalidated;
  const event: EventEnvelope = { id: 1n, name, version, aggregateId: 7n, payload: sample, occurredAt: new Date(0) };
  await subscriptions[0]?.handle(event);
  expect(subscriptions[0]).toMatchObject({ queue: 'cache-invalidation', eventNames: ['CacheInvalidated'] });
  expect(steps).toEqual(['position of catalog', `invalidate ${sample.tags.join()} at {"catalog":42}`]);
  failing = 'cache';
  await expect(subscriptions[0]?.handle(event)).rejects.toMatchObject({
    code: 'DEPENDENCY_UNAVAILABLE',
    cause: { message: 'the cache is away' },
  });
});
