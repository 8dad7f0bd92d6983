import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestRedisCluster, type TestRedisCluster } from '../cache/redis-cluster-servers.ts';
import { REDIS_START_LIMIT_MS } from '../cache/redis-program.ts';
import { eventually } from '../kit/eventually.ts';
import { operationOf, publish } from './published.ts';
import { codeOf, extensionsFor, post, sha256, startSharingGateway } from './shared-graph.ts';

let cluster: TestRedisCluster;
beforeAll(async () => {
  cluster = await startTestRedisCluster();
}, REDIS_START_LIMIT_MS);
afterAll(() => cluster.close());

const PUBLISHED = operationOf('query Ids { products { id } }');
const answer = { status: 200, body: { data: { products: [{ id: '1' }, { id: '2' }] } } };
const warmUp = { operations: 10, limitMs: 20_000 };

describe('gateways that share a cluster of Redis', () => {
  it('know the texts that one of them was told, wherever their hashes are kept', async () => {
    const [first, second] = [await startSharingGateway(cluster), await startSharingGateway(cluster)];
    const hashes = Array.from({ length: 10 }, (_, index) => `query Q${index} { products { id } }`).map((query) => ({
      query,
      extensions: extensionsFor(sha256(query)),
    }));
    for (const asked of hashes) expect(await post(first, asked)).toEqual(answer);
    for (const { extensions } of hashes) {
      await eventually(
        () => post(second, { extensions }),
        (reply) => codeOf(reply) === undefined,
      );
    }
    await Promise.all([first.stop(), second.stop()]);
  });

  it('execute what is published there, and plan ahead what others were asked', async () => {
    await publish(cluster, '1', PUBLISHED);
    const safelist = { persistedOperations: { mode: 'safelist', ttlMs: 60_000 }, warmUp } as const;
    const first = await startSharingGateway(cluster, safelist);
    expect(await post(first, { extensions: extensionsFor(PUBLISHED.id) })).toEqual(answer);
    await first.stop();
    const second = await startSharingGateway(cluster, { warmUp });
    expect(second.logLines).toContainEqual(expect.objectContaining({ planned: 2, msg: 'hot operations are planned' }));
    await second.stop();
  });
});
