import { randomUUID } from 'node:crypto';
import type { PrismaClient } from '../../generated/catalog/client.ts';
import { createChannelListener } from '../listen/channel-listener.ts';
import { loadShardMap } from './load-shard-map.ts';
import type { ShardMap } from './shard-map.ts';

export interface ShardMapFollowerOptions {
  /** The catalog's primary. */
  catalog: PrismaClient;
  /** URL of the catalog's primary at the moment. */
  catalogUrl: () => string;
  service: string;
  pollIntervalMs: number;
  /** Prepares for a map before it is in force; a map that it rejects for is tried again with the next poll. */
  prepare: (map: ShardMap) => Promise<void>;
  onChange: (map: ShardMap) => void;
  /** A poll failed: the map in force stays. */
  onError: (error: unknown) => void;
}

/**
 * Keeps a process at the newest shard map: a notification wakes it, and a poll makes up for one that was lost. It tells the
 * catalog which version this process has in force, so that a move knows when nobody reads the old place any more.
 */
export class ShardMapFollower {
  readonly #options: ShardMapFollowerOptions;
  readonly #processId = randomUUID();
  readonly #listener;
  #current: ShardMap;
  #timer: NodeJS.Timeout | undefined;
  #refresh: Promise<void> | undefined;
  #poll: Promise<void> | undefined;
  #isWokenDuringPoll = false;
  #isClosed = false;

  /** @param initial the map to begin with, which was prepared for */
  constructor(initial: ShardMap, options: ShardMapFollowerOptions) {
    this.#current = initial;
    this.#options = options;
    this.#listener = createChannelListener({
      url: options.catalogUrl,
      channel: 'shard_map',
      onWake: () => this.#wake(),
      onError: options.onError,
    });
  }

  /** The map in force. */
  get current(): ShardMap {
    return this.#current;
  }

  /** Registers this process and begins to follow. When that fails it can be called again. */
  async start(): Promise<void> {
    await this.#forgetTheDead();
    await this.#register();
    this.#listener.start();
    this.#schedule(this.#options.pollIntervalMs);
  }

  /**
   * Loads the newest map now and puts it in force. A call waits for a load that is under way and then for one of its own, for
   * the map may have changed after the other one read it; calls that wait share theirs.
   */
  async refresh(): Promise<void> {
    const running = this.#refresh;
    if (running === undefined) return this.#startRefresh();
    await running.catch(() => undefined);
    return this.#refresh ?? this.#startRefresh();
  }

  /** Stops following and signs this process off. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#listener.close();
    await this.#poll;
    await this.#options.catalog.shardMapFollower
      .deleteMany({ where: { processId: this.#processId } })
      .catch(this.#options.onError);
  }

  #startRefresh(): Promise<void> {
    this.#refresh = this.#load().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  async #load(): Promise<void> {
    const map = await loadShardMap(this.#options.catalog);
    if (map === undefined || map.version <= this.#current.version) return;
    await this.#options.prepare(map);
    this.#current = map;
    this.#options.onChange(map);
    await this.#register();
  }

  async #register(): Promise<void> {
    // The catalog's own clock: a move compares it with its own idea of now.
    await this.#options.catalog.$executeRaw`
      INSERT INTO shard_map_followers (process_id, service, version, seen_at)
      VALUES (${this.#processId}, ${this.#options.service}, ${this.#current.version}, now())
      ON CONFLICT (process_id) DO UPDATE SET version = excluded.version, seen_at = excluded.seen_at`;
  }

  // A process that crashed never signed off.
  async #forgetTheDead(): Promise<void> {
    await this.#options.catalog.$executeRaw`
      DELETE FROM shard_map_followers WHERE seen_at < now() - interval '1 day'`;
  }

  // What a notification tells of may have come too late for the poll that is under way.
  #wake(): void {
    if (this.#poll === undefined) this.#pollNow();
    else this.#isWokenDuringPoll = true;
  }

  #pollNow(): void {
    clearTimeout(this.#timer);
    this.#isWokenDuringPoll = false;
    this.#poll = this.#pollOnce().finally(() => {
      this.#poll = undefined;
      if (!this.#isClosed) this.#schedule(this.#isWokenDuringPoll ? 0 : this.#options.pollIntervalMs);
    });
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => this.#pollNow(), delayMs);
  }

  async #pollOnce(): Promise<void> {
    try {
      await this.refresh();
      await this.#register();
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
