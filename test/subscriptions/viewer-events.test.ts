import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { openRedis } from '@tributary/runtime/cache/open-redis';
import { createMemoryViewerEvents } from '@tributary/runtime/testing/memory-viewer-events';
import { createPostgresViewerEvents } from '@tributary/runtime/viewer-events/postgres-viewer-events';
import { createRedisViewerEvents } from '@tributary/runtime/viewer-events/redis-viewer-events';
import type { RetentionOptions, ViewerEvents } from '@tributary/runtime/viewer-events/viewer-events';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';
import { describeViewerEvents } from './viewer-events-contract.ts';

let redis: TestRedis;
let databases: TestDatabases;
beforeAll(async () => {
  redis = await startTestRedis();
  databases = await startTestDatabases({ name: 'viewer_events', shards: 1 });
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  await redis?.close();
  await databases?.close();
});

async function openOnRedis(options: RetentionOptions = {}): Promise<ViewerEvents> {
  const opened = await openRedis(redis.url, () => undefined);
  return {
    ...createRedisViewerEvents({ ...opened, ...options, prefix: 'test:' }),
    close: async () => opened.close(),
  };
}

const openOnPostgres = async (options: RetentionOptions = {}): Promise<ViewerEvents> =>
  createPostgresViewerEvents({
    ...options,
    url: databases.config.catalog.primary,
    channel: 'viewer_events_test',
    onError: () => undefined,
  });

describeViewerEvents('Redis', async () => ({ open: openOnRedis, tearDown: async () => undefined }));
describeViewerEvents('Postgres', async () => ({ open: openOnPostgres, tearDown: async () => undefined }));

describe('a process that hears events of viewers', () => {
  async function gapsOf(events: ViewerEvents) {
    const counted = { gaps: 0 };
    const listening = await events.listen({
      isWaitedFor: () => false,
      onEvent: () => undefined,
      onTick: () => undefined,
      onGap: () => {
        counted.gaps += 1;
      },
    });
    return { counted, close: () => listening.close() };
  }

  it('is told of a gap when its connection to Postgres was cut, and hears again', async () => {
    const events = await openOnPostgres();
    const { counted, close } = await gapsOf(events);
    const before = counted.gaps;
    await withConnection(databases.adminUrlOf('catalog'), (client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listen viewer_events_test'`,
      ),
    );
    await eventually(
      async () => counted.gaps,
      (gaps) => gaps > before,
    );
    await close();
    await events.close();
  });

  it('is told of a gap when Redis comes back, and that events are missing when it came back empty', async () => {
    const events = await openOnRedis();
    const { counted, close } = await gapsOf(events);
    const viewerId = 'usr_1';
    await events.publish({ id: '1', name: 'Said', viewerId, payload: {}, positions: {} });
    const { position } = await events.read(viewerId, undefined);
    expect(await events.read(viewerId, position)).toMatchObject({ isComplete: true });
    const before = counted.gaps;
    await redis.kill();
    await expect(events.read(viewerId, position)).rejects.toThrow();
    await redis.start();
    await eventually(
      async () => counted.gaps,
      (gaps) => gaps > before,
    );
    expect(
      await eventually(
        () => events.read(viewerId, position).catch(() => undefined),
        (read) => read !== undefined,
      ),
    ).toMatchObject({
      isComplete: false,
    });
    await close();
    await events.close();
  });

  it('leaves nothing in Redis that has no time to live but the names of its slots', async () => {
    const events = await openOnRedis();
    await events.publish({ id: '2', name: 'Said', viewerId: 'usr_2', payload: {}, positions: {} });
    const keys = (await redis.run('KEYS', 'test:*')) as string[];
    const lasting: string[] = [];
    for (const key of keys) if ((await redis.run('PTTL', key)) === -1) lasting.push(key);
    expect(keys.length).toBeGreaterThan(lasting.length);
    expect(lasting.every((key) => key.endsWith(':store'))).toBe(true);
    await events.close();
  });
});

describeViewerEvents('the memory of a test', async () => {
  const events = createMemoryViewerEvents();
  return {
    open: async (options) =>
      options ? createMemoryViewerEvents(options) : { ...events, close: async () => undefined },
    tearDown: () => events.close(),
  };
});
