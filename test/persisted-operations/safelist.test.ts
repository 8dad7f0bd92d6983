import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { PersistedOperationsOptions } from '@tributary/gateway/persisted-operations/persisted-operations';
import { type ShopGateway, startShopGateway } from '@tributary/gateway/testing/shop-gateway';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { startTestRedis, type TestRedis } from '../cache/redis-server.ts';
import { eventually } from '../kit/eventually.ts';
import { manifestOf, operationOf, publish, remove } from './published.ts';
import { codeOf, extensionsFor, get, post, startSharingGateway } from './shared-graph.ts';

const IDS = operationOf('query Ids { products { id } }');
const NAMES = operationOf('query Names { products { name } }');
const RENAME = operationOf('mutation Rename { rename(name: "Cup") { id } }');
const byId = ({ id }: { id: string }) => ({ extensions: extensionsFor(id) });
const inUrl = ({ id }: { id: string }) => ({ extensions: JSON.stringify(extensionsFor(id)) });
const options = (mode: PersistedOperationsOptions['mode'], file?: string) => ({
  persistedOperations: { mode, file, ttlMs: 60_000 },
});

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let close = opened.pop(); close; close = opened.pop()) await close();
});

async function startRedis(): Promise<TestRedis> {
  const redis = await startTestRedis();
  opened.push(() => redis.close());
  return redis;
}

async function start(redis: TestRedis, mode: PersistedOperationsOptions['mode']): Promise<ShopGateway> {
  const gateway = await startSharingGateway(redis, { ...options(mode), isDevelopment: false });
  opened.push(() => gateway.stop());
  return gateway;
}

/** Waits until a gateway executes an operation by its id, or refuses it. */
async function follows(gateway: ShopGateway, operation: { id: string }, status: number): Promise<void> {
  await eventually(
    () => post(gateway, byId(operation)),
    (reply) => reply.status === status,
  );
}

beforeAll(async () => {
  // A new machine installs Redis first.
  await (await startTestRedis()).close();
}, REDIS_START_LIMIT_MS);

describe('a gateway with a safelist', () => {
  it('executes published operations by id and by text, by POST and GET, and nothing else', async () => {
    const redis = await startRedis();
    await publish(redis, '1', IDS, RENAME);
    const gateway = await start(redis, 'safelist');
    const data = { products: [{ id: '1' }, { id: '2' }] };

    expect(await post(gateway, byId(IDS))).toEqual({ status: 200, body: { data } });
    expect(await get(gateway, inUrl(IDS))).toEqual({ status: 200, body: { data } });
    expect(await post(gateway, { query: IDS.body })).toEqual({ status: 200, body: { data } });
    expect(await post(gateway, { query: '# spaced\nquery Ids {\n  products { id }\n}' })).toMatchObject({
      body: { data },
    });
    const fetches = gateway.products.requests.length;
    const refusals = [
      [await post(gateway, { query: NAMES.body }), 403, 'QUERY_NOT_IN_SAFELIST'],
      [await get(gateway, { query: NAMES.body }), 403, 'QUERY_NOT_IN_SAFELIST'],
      [await post(gateway, byId(NAMES)), 404, 'PERSISTED_QUERY_NOT_IN_LIST'],
      [await get(gateway, inUrl(NAMES)), 404, 'PERSISTED_QUERY_NOT_IN_LIST'],
      [await post(gateway, { query: NAMES.body, ...byId(NAMES) }), 400, 'CANNOT_SEND_PQ_ID_AND_BODY'],
      [await post(gateway, { query: NAMES.body, ...byId(IDS) }), 400, 'CANNOT_SEND_PQ_ID_AND_BODY'],
    ] as const;
    for (const [reply, status, code] of refusals) expect([reply.status, codeOf(reply)]).toEqual([status, code]);
    expect(await get(gateway, inUrl(RENAME))).toMatchObject({ status: 405 });
    expect(gateway.products.requests).toHaveLength(fetches);
  });

  it('executes nothing by text when ids are required', async () => {
    const redis = await startRedis();
    await publish(redis, '1', IDS);
    const gateway = await start(redis, 'safelist-by-id-only');

    expect(await post(gateway, byId(IDS))).toMatchObject({ status: 200 });
    for (const query of [IDS.body, NAMES.body, '{ __typename }']) {
      expect(codeOf(await post(gateway, { query }))).toBe('PERSISTED_QUERY_ID_REQUIRED');
    }
  });

  it('follows what is published and taken back without a restart, one client version apart from another', async () => {
    const redis = await startRedis();
    await publish(redis, '1', IDS);
    const gateway = await start(redis, 'safelist');
    await publish(redis, '2', NAMES, IDS);
    await follows(gateway, NAMES, 200);
    await remove(redis, '1');
    await publish(redis, '2', NAMES);
    await follows(gateway, IDS, 404);
    expect(codeOf(await post(gateway, { query: IDS.body }))).toBe('QUERY_NOT_IN_SAFELIST');
    expect(await post(gateway, byId(NAMES))).toMatchObject({ status: 200 });
    await remove(redis, '2');
    await follows(gateway, NAMES, 404);
  });

  it('asks Redis for nothing on a request', async () => {
    const redis = await startRedis();
    await publish(redis, '1', IDS);
    const gateway = await start(redis, 'safelist');
    await redis.pause();
    try {
      const startedAtMs = performance.now();
      for (let round = 0; round < 20; round += 1) {
        expect(await post(gateway, byId(IDS))).toMatchObject({ status: 200 });
        expect(await post(gateway, { query: IDS.body })).toMatchObject({ status: 200 });
        expect(await post(gateway, byId(NAMES))).toMatchObject({ status: 404 });
      }
      expect(performance.now() - startedAtMs).toBeLessThan(1_500);
    } finally {
      redis.resume();
    }
  });

  it('keeps the last list while Redis is away, when it has lost its data, and until there is another', async () => {
    const redis = await startRedis();
    await publish(redis, '1', IDS);
    const gateway = await start(redis, 'safelist');
    await redis.kill();
    expect(await post(gateway, byId(IDS))).toMatchObject({ status: 200 });
    await redis.start();
    await eventually(
      async () => JSON.stringify(gateway.logLines),
      (log) => log.includes('what was published is gone'),
    );
    expect(await post(gateway, byId(IDS))).toMatchObject({ status: 200 });
    await publish(redis, '1', NAMES);
    await follows(gateway, NAMES, 200);
    await follows(gateway, IDS, 404);
  });

  it('does not start when nothing was published, or Redis cannot be reached', async () => {
    const redis = await startRedis();
    await expect(start(redis, 'safelist')).rejects.toThrow('npm run operations:publish');
    await redis.kill();
    await expect(start(redis, 'safelist-by-id-only')).rejects.toThrow('none could be read');
    await expect(startShopGateway(options('safelist'))).rejects.toThrow('none could be read');
  });

  it('logs what is not published, and executes it, when it is only to log', async () => {
    const redis = await startRedis();
    await publish(redis, '1', IDS);
    const gateway = await start(redis, 'log-unknown');
    await post(gateway, byId(IDS));
    await post(gateway, { query: IDS.body });
    expect(await post(gateway, { query: NAMES.body })).toMatchObject({ status: 200 });
    const unknown = gateway.logLines.filter(({ msg }) => msg === 'the operation is not published');
    expect(unknown).toMatchObject([{ operation: expect.stringContaining('query Names') }]);
  });

  it('takes its list from a file, and follows that', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-operations-'));
    opened.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'manifest.json');
    const write = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    await expect(startShopGateway(options('safelist', file))).rejects.toThrow('none could be read');
    await write(JSON.stringify(manifestOf(IDS)));
    const gateway = await startShopGateway(options('safelist', file));
    opened.push(() => gateway.stop());
    expect(await post(gateway, byId(IDS))).toMatchObject({ status: 200 });

    await write('{ "format": "another" }');
    await eventually(
      async () => JSON.stringify(gateway.logLines),
      (log) => log.includes('no manifest of persisted queries'),
    );
    expect(await post(gateway, byId(IDS))).toMatchObject({ status: 200 });

    await write(JSON.stringify(manifestOf(NAMES)));
    await follows(gateway, NAMES, 200);
    await follows(gateway, IDS, 404);
  });
});
