import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  type Coordination,
  type FillRequest,
  type FillTicket,
  type FillVerdict,
  type FinishedFill,
  INVALIDATION_MEMORY_MS,
  type Version,
} from './coordination.ts';
import { furthestOf, type Positions } from './positions.ts';
import {
  connectInBackground,
  createRedisClient,
  disconnect,
  type RedisClient,
  type RedisOptions,
} from './redis-connection.ts';
import { beginFill, finishFill, invalidateTags, releaseLease } from './redis-coordination-scripts.ts';
import { runScript } from './redis-script.ts';

const beginReply = z.tuple([z.coerce.number(), z.literal([0, 1]), z.array(z.string())]);
const finishReply = z.union([z.string(), z.array(z.coerce.number())]);
const tagsMessage = z.array(z.string());

/**
 * {@link Coordination} on one Redis or Valkey server, by scripts that run in one step each. What it keeps has a time to live,
 * but for the one counter of versions.
 *
 * Versions outlive everything but the server's data. Let it evict none of them while fills run (`noeviction` or
 * `volatile-ttl`): a version that was invalidated and evicted within the same fill is the one loss it can't notice.
 * @param options.client for commands; stays the caller's to close
 * @param options.listener how to reach the same server for messages
 */
export function createRedisCoordination(options: {
  client: RedisClient;
  listener: RedisOptions;
  prefix: string;
  leaseMs: number;
}): Coordination {
  const { client, prefix, leaseMs, listener: listenerOptions } = options;
  const counter = `${prefix}version`;
  const channel = `${prefix}invalidated`;
  const tagKey = (tag: string): string => `${prefix}tag:${tag}`;
  const leaseKey = (key: string): string => `${prefix}lease:${key}`;

  async function begin({ key, tags }: FillRequest): Promise<FillTicket> {
    const token = randomUUID();
    const keys = [counter, leaseKey(key), ...tags.map(tagKey)];
    const reply = await runScript(client, beginFill, keys, [token, String(leaseMs)]);
    const [beganAt, granted, states] = beginReply.parse(reply);
    const minimumPositions = furthestOf(states.map(positionsOf));
    return { key, beganAt, minimumPositions, lease: granted === 1 ? token : undefined };
  }

  async function finish({ ticket, tags, lifetimeMs }: FinishedFill): Promise<FillVerdict> {
    const keys = [leaseKey(ticket.key), ...tags.map(tagKey)];
    const { lease = '', beganAt, minimumPositions } = ticket;
    const values = [lease, String(beganAt), String(Math.ceil(lifetimeMs)), textOf(minimumPositions)];
    const reply = finishReply.parse(await runScript(client, finishFill, keys, values));
    if (typeof reply !== 'string') return { outcome: 'current', versions: reply };
    if (reply.startsWith('behind ')) return { outcome: 'behind', positions: positionsOf(reply) };
    return { outcome: reply === 'lease-lost' ? 'lease-lost' : 'overtaken' };
  }

  return {
    versionsOf: async (tags) => {
      if (tags.length === 0) return [];
      const states = await client.mGet(tags.map(tagKey));
      return states.map((state) => (state === null ? undefined : versionOf(state)));
    },
    // Calls of one tick share a pipeline.
    beginFills: (requests) => Promise.all(requests.map(begin)),
    finishFills: (fills) => Promise.all(fills.map(finish)),
    releaseLeases: async (tickets) => {
      await Promise.all(
        tickets.map(({ key, lease }) => lease && runScript(client, releaseLease, [leaseKey(key)], [lease])),
      );
    },
    invalidate: async ({ tags, positions }) => {
      const values = [String(INVALIDATION_MEMORY_MS), textOf(positions), channel, JSON.stringify(tags)];
      await runScript(client, invalidateTags, [counter, ...tags.map(tagKey)], values);
    },
    subscribe: async ({ onInvalidated, onGap }) => {
      const listener = createRedisClient(listenerOptions);
      const heard = (message: string): void => onInvalidated(tagsMessage.parse(JSON.parse(message)));
      let subscription: Promise<void> | undefined;
      const subscribeOnce = (): Promise<void> => {
        subscription ??= listener.subscribe(channel, heard).catch(() => {
          subscription = undefined;
        });
        return subscription;
      };
      // The client subscribes again by itself before it is ready again; what was said meanwhile is lost.
      listener.on('ready', () => void subscribeOnce().then(onGap));
      await connectInBackground(listener);
      if (listener.isReady) await subscribeOnce();
      return { close: async () => disconnect(listener) };
    },
    close: async () => undefined,
  };
}

function versionOf(state: string): Version {
  return Number.parseInt(state, 10);
}

function textOf(positions: Positions): string {
  return Object.entries(positions)
    .map(([database, position]) => `${encodeURIComponent(database)}=${position}`)
    .join(' ');
}

function positionsOf(state: string): Positions {
  const [, ...positions] = state.split(' ');
  return Object.fromEntries(
    positions.map((text) => {
      const [database = '', position] = text.split('=');
      return [decodeURIComponent(database), Number(position)];
    }),
  );
}
