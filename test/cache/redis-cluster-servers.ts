import { eventually } from '../kit/eventually.ts';
import { freePort, startTestRedis, type TestRedis } from './redis-server.ts';

const SLOTS = 16_384;
const NODE_TIMEOUT_MS = 1_000;

/** A cluster of this test alone. */
export interface TestRedisCluster {
  /** `redis+cluster://`, with all nodes. */
  readonly url: string;
  readonly nodes: readonly TestRedis[];
  close(): Promise<void>;
}

/** Starts a cluster of three masters, each with a third of the slots. */
export async function startTestRedisCluster(): Promise<TestRedisCluster> {
  const nodes = await Promise.all([0, 1, 2].map(startNode));
  const hosts = nodes.map(({ redis }) => new URL(redis.url).host);
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map(({ redis }) => redis.close()));
  };
  try {
    await joinNodes(nodes);
    return { url: `redis+cluster://${hosts.join(',')}`, nodes: nodes.map(({ redis }) => redis), close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Node {
  readonly redis: TestRedis;
  readonly busPort: number;
}

async function startNode(): Promise<Node> {
  const busPort = await freePort();
  const timeout = ['--cluster-node-timeout', String(NODE_TIMEOUT_MS)];
  return {
    redis: await startTestRedis('--cluster-enabled', 'yes', '--cluster-port', String(busPort), ...timeout),
    busPort,
  };
}

async function joinNodes(nodes: readonly Node[]): Promise<void> {
  for (const [index, { redis }] of nodes.entries()) {
    const [from, to] = [index, index + 1].map((bound) => Math.floor((bound * SLOTS) / nodes.length));
    await redis.run('CLUSTER', 'ADDSLOTSRANGE', String(from), String((to ?? 0) - 1));
    for (const other of nodes) {
      if (other.redis === redis) continue;
      await redis.run('CLUSTER', 'MEET', '127.0.0.1', new URL(other.redis.url).port, String(other.busPort));
    }
  }
  await eventually(
    () => Promise.all(nodes.map(({ redis }) => redis.run('CLUSTER', 'INFO'))),
    (infos) => infos.every((info) => String(info).includes('cluster_state:ok') && /known_nodes:3/.test(String(info))),
    { limitMs: 30_000 },
  );
}
