import { setTimeout as delay } from 'node:timers/promises';
import { createCluster } from '@keyv/redis';
import { clusterSlotOf } from './cluster-slot.ts';
import { BYTES, type RedisCommands } from './redis-commands.ts';
import { redisClientOptions } from './redis-connection.ts';

type Cluster = ReturnType<typeof createNodes>;

/** How long a service waits for a cluster when it starts; after that it goes on in the background. */
const FIRST_ATTEMPT_MS = 1_500;
/** Between two times that the nodes are asked who they are. */
const RENEWAL_PAUSE_MS = 500;
const RETIREMENT_MS = 1_000;

export interface RedisClusterOptions {
  /** Of some nodes, who know the others. */
  readonly urls: readonly string[];
  readonly onError: (error: Error) => void;
}

export interface RedisCluster {
  readonly commands: RedisCommands;
  close(): void;
}

/**
 * Connects to a cluster, and asks it anew who has which slots whenever a connection to a node is lost: the client by itself only
 * learns that from a node that answers, so it would never find the replica that took over from one that is dead. Commands to a
 * node that is away are refused; all others go on. Resolves whether or not the cluster can be reached.
 */
export async function connectCluster({ urls, onError }: RedisClusterOptions): Promise<RedisCluster> {
  const ending = new AbortController();
  let current: Cluster | undefined;
  let isRenewing = false;

  async function connect(): Promise<void> {
    const next = createNodes(urls);
    const fail = (error: Error): void => {
      if (ending.signal.aborted) return;
      onError(error);
      if (next === current) void renew();
    };
    next.on('error', onError).on('node-error', fail);
    await next.connect();
    const before = current;
    current = next;
    if (before) void retire(before);
    if (ending.signal.aborted) next.destroy();
  }

  async function renew(): Promise<void> {
    if (isRenewing) return;
    isRenewing = true;
    for (let isRenewed = false; !isRenewed && !ending.signal.aborted; ) {
      await delay(RENEWAL_PAUSE_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      isRenewed = await connect().then(
        () => true,
        () => false,
      );
    }
    isRenewing = false;
  }

  function send(key: string, command: readonly (string | Buffer)[], options?: typeof BYTES): Promise<unknown> {
    if (!current) return Promise.reject(new Error('no node of the cluster has been reached yet'));
    return current.sendCommand(key, false, [...command], options);
  }

  const attempt = connect().catch(() => void renew());
  await Promise.race([attempt, delay(FIRST_ATTEMPT_MS, undefined, { ref: false })]);
  return {
    commands: {
      slotOf: clusterSlotOf,
      send,
      sendForBytes: (key, command) => send(key, command, BYTES),
    },
    close: () => {
      ending.abort();
      current?.destroy();
    },
  };
}

function createNodes(urls: readonly string[]) {
  return createCluster({
    rootNodes: urls.map((url) => ({ url })),
    defaults: redisClientOptions(false),
    // Nodes are connected when a command needs them: one that is away keeps nobody from the others.
    minimizeConnections: true,
  });
}

/** Lets the commands that are under way end, where they do. */
async function retire(cluster: Cluster): Promise<void> {
  const closed = cluster.close().catch(() => undefined);
  await Promise.race([closed, delay(RETIREMENT_MS, undefined, { ref: false })]);
  cluster.destroy();
}
