import { hash } from 'node:crypto';
import { z } from 'zod';
import type { RedisCommands } from '../cache/redis-commands.ts';
import { listenToRedis, type RedisListenerOptions } from '../cache/redis-listener.ts';
import { runScript } from '../cache/redis-script.ts';
import { messageReader, readEvent, TICK, writeEvent } from './event-message.ts';
import { newStoreName, type ParsedPosition, parsePosition } from './event-position.ts';
import { type KeptEvent, missedEvents } from './missed-events.ts';
import { publishEvent, readEvents, tellTime } from './redis-viewer-scripts.ts';
import {
  KEPT_EVENTS,
  RETENTION_MS,
  type RetentionOptions,
  TICK_MARGIN_MS,
  type ViewerEvents,
} from './viewer-events.ts';

export interface RedisViewerEventsOptions extends RetentionOptions {
  /** Stay the caller's to close. */
  readonly commands: RedisCommands;
  /** How to reach the same server, or any of the cluster, for messages. */
  readonly listener: RedisListenerOptions;
  /** Before every key and the channel. */
  readonly prefix: string;
}

/** Slots of a cluster that viewers are spread over, each with a name of its own for what it has not lost. */
const BUCKETS = 64;

const entry = z.tuple([z.string(), z.tuple([z.literal('before'), z.string(), z.literal('event'), z.string()])]);
const readReply = z.tuple([z.string(), z.number(), z.string(), z.array(entry)]);

/**
 * {@link ViewerEvents} on Redis or Valkey: a stream a viewer that ends by itself, and one channel that all processes hear. A server
 * that comes back empty has another name than before, so whoever reads on from a position of its past is told that events may be
 * missing. What a server under memory pressure evicts is not noticed: let it evict nothing that has a time to live
 * (`noeviction`), or as little as can be (`volatile-ttl`).
 */
export function createRedisViewerEvents(options: RedisViewerEventsOptions): ViewerEvents {
  const { commands, prefix, retentionMs = RETENTION_MS, keptEvents = KEPT_EVENTS } = options;
  const channel = `${prefix}viewer-events`;

  function keysOf(viewerId: string) {
    const bucket = Number.parseInt(hash('sha256', viewerId).slice(0, 4), 16) % BUCKETS;
    const name = `${prefix}viewer-events:{${bucket}}:`;
    return {
      store: `${name}store`,
      stream: `${name}${viewerId}`,
      seen: (id: string) => `${name}${viewerId}:seen:${id}`,
    };
  }

  return {
    async publish(event) {
      const text = writeEvent(event);
      const { store, stream, seen } = keysOf(event.viewerId);
      const values = [newStoreName(), String(retentionMs), String(keptEvents), channel, event.viewerId, text];
      await runScript(commands, publishEvent, [store, stream, seen(event.id)], values);
    },

    listen: (listener) =>
      listenToRedis(options.listener, channel, {
        onMessage: messageReader(listener, options.listener.onError),
        onConnected: () => listener.onGap(),
      }),

    async read(viewerId, after) {
      const { store: storeKey, stream } = keysOf(viewerId);
      const from = after === undefined ? undefined : parsePosition(after);
      const afterId = from === undefined ? '' : `${from.timeMs}-${from.sequence}`;
      const reply = await runScript(commands, readEvents, [storeKey, stream], [newStoreName(), afterId]);
      const [store, nowMs, newest, entries] = readReply.parse(reply);
      const events = entries.map(([id, [, before, , text]]): KeptEvent => {
        const at = positionOf(store, id);
        if (!at) throw new Error(`the stream of ${viewerId} has an entry that cannot be read`);
        return { at, before: positionOf(store, before), event: readEvent(text) };
      });
      return missedEvents({ store, nowMs, events, newest: positionOf(store, newest) }, after, retentionMs);
    },

    async tick() {
      await runScript(commands, tellTime, [channel], [TICK, String(TICK_MARGIN_MS)]);
    },

    close: async () => undefined,
  };
}

/** `undefined` for what stands for no event. */
function positionOf(store: string, id: string): ParsedPosition | undefined {
  return parsePosition(`${store}.${id}`);
}
