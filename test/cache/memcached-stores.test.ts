import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openMemcachedValueStore } from '@tributary/runtime/cache/memcached-value-store';
import type { ValueStore } from '@tributary/runtime/cache/value-store';
import { eventually } from '../kit/eventually.ts';
import { startTestMemcached, type TestMemcached } from './memcached-server.ts';
import { REDIS_START_LIMIT_MS } from './redis-program.ts';
import { describeValueStore } from './value-store-contract.ts';

let servers: [TestMemcached, TestMemcached];
beforeAll(async () => {
  servers = await Promise.all([startTestMemcached(), startTestMemcached()]);
}, REDIS_START_LIMIT_MS);
afterAll(async () => {
  await Promise.all(servers.map((each) => each.close()));
});

const open = (hosts: readonly string[], prefix = 'test:'): Promise<ValueStore> =>
  openMemcachedValueStore({ url: `memcached://${hosts.join(',')}`, prefix, onError: () => undefined });

describeValueStore('memcached', async () => {
  const store = await open([servers[0].host]);
  return { store, tearDown: () => store.close() };
});

describeValueStore('two memcached servers', async () => {
  const store = await open(servers.map(({ host }) => host));
  return { store, tearDown: () => store.close() };
});

describe('the value store on memcached', () => {
  const keys = Array.from({ length: 40 }, (_, index) => `key ${index}`);
  const values = keys.map((key) => ({ key, value: Buffer.from(key), ttlMs: 60_000 }));
  const countFound = async (store: ValueStore) =>
    (await store.getMany(keys)).filter((value) => value !== undefined).length;

  it('keeps a value of hundreds of kilobytes, and not one that the server finds too large', async () => {
    const store = await open([servers[0].host]);
    const large = Buffer.alloc(900_000, 'x\r\n');
    await store.setMany([{ key: 'large', value: large, ttlMs: 60_000 }]);
    expect((await store.getMany(['large']))[0]?.byteLength).toBe(900_000);
    await store.setMany([{ key: 'large', value: Buffer.alloc(3_000_000), ttlMs: 60_000 }]).catch(() => undefined);
    expect(await store.getMany(['large'])).toEqual([undefined]);
    await store.close();
  });

  it.each<[string, (server: TestMemcached) => Promise<void>, (server: TestMemcached) => Promise<void>]>([
    ['dead', (server) => server.kill(), (server) => server.start()],
    ['paused', (server) => server.pause(), async (server) => server.resume()],
  ])('serves what the other server has while one is %s, and takes it back', async (state, fail, recover) => {
    const store = await open(
      servers.map(({ host }) => host),
      `${state}:`,
    );
    await store.setMany(values);
    expect(await countFound(store)).toBe(keys.length);
    await fail(servers[1]);
    const during = await countFound(store);
    expect(during).toBeGreaterThan(0);
    expect(during).toBeLessThan(keys.length);
    await recover(servers[1]);
    await eventually(
      async () => {
        await store.setMany(values);
        return countFound(store);
      },
      (count) => count === keys.length,
    );
    await store.close();
  });

  it('starts without its servers, and says that they are away', async () => {
    const store = await open(['127.0.0.1:1']);
    await expect(store.getMany(['key'])).rejects.toThrow('takes no commands');
    await store.close();
  });
});
