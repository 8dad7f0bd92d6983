import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  type Coordination,
  type FillTicket,
  type FillVerdict,
  type FinishedFill,
  type FinishedWrite,
  INVALIDATION_MEMORY_MS,
  type Invalidation,
  type Moment,
  REPLICA_LAG_LIMIT_MS,
  type Version,
} from './coordination.ts';
import { readMessages } from './invalidation-messages.ts';
import { furthestOf, type Positions } from './positions.ts';
import { type RedisCommands, sendBySlot } from './redis-commands.ts';
import { changeTags, finishFills, readTags, releaseLease } from './redis-coordination-scripts.ts';
import { listenToRedis, type RedisListenerOptions } from './redis-listener.ts';
import { positionsOf, positionsText } from './redis-positions.ts';
import { runScript } from './redis-script.ts';
import type { TagBuckets } from './tag-buckets.ts';

const texts = z.array(z.nullable(z.string()));
const readReply = z.tuple([z.string(), z.array(z.string())]);
const finishReply = z.array(z.union([z.string(), z.tuple([z.number(), z.array(z.coerce.number())])]));
const changeReply = z.array(z.string());
const tagsMessage = z.array(z.string());

/** What one bucket says to a fill: how long it may be kept and the versions of its tags in the bucket, or why it may not. */
type Judgement = z.output<typeof finishReply>[number];

export interface RedisCoordinationOptions {
  /** Stay the caller's to close. */
  readonly commands: RedisCommands;
  readonly buckets: TagBuckets;
  /** How to reach the same server, or any of the cluster, for messages. */
  readonly listener: RedisListenerOptions;
  readonly prefix: string;
  /** Before every key that a lease is on: services that share tags have keys of their own. */
  readonly leasePrefix: string;
  readonly leaseMs: number;
  /** Default {@link REPLICA_LAG_LIMIT_MS}. */
  readonly replicaLagLimitMs?: number;
}

/**
 * {@link Coordination} on Redis or Valkey, on one server or a cluster, by scripts that touch one bucket of tags each.
 *
 * On a cluster no step covers two buckets, and none has to. Each tag is judged for itself: a fill or write is told that a tag was
 * invalidated since it began, whenever that bucket is asked, as its clock was read before it began. An invalidation that comes
 * after a bucket was asked gives the tag another version than the entry is stored with, so that no reader takes the entry for
 * true. And the message about a tag is sent by the script that changes it, so that who hears it and reads the shared tier again
 * finds the change there. An invalidation of several tags may be seen by halves while it runs, never after it has resolved.
 *
 * What it keeps has a time to live, but for one clock a bucket. Versions outlive everything but the server's data. Let it evict
 * none of them while fills run (`noeviction` or `volatile-ttl`): a version that was invalidated and evicted within the same fill
 * is a loss it can't notice. The other is a failover to a replica that lacks the last invalidations: until they are repeated,
 * what they made untrue may come back, for as long as its time to live lasts.
 */
export function createRedisCoordination(options: RedisCoordinationOptions): Coordination {
  const { commands, buckets, prefix, leaseMs, replicaLagLimitMs = REPLICA_LAG_LIMIT_MS } = options;
  const channel = `${prefix}invalidated`;
  const leaseKey = (key: string): string => `${options.leasePrefix}lease:${key}`;
  const allBuckets = Array.from({ length: buckets.count }, (_, bucket) => bucket);

  const getMany = (keys: readonly string[]) =>
    sendBySlot(commands, keys, async (ofSlot) => texts.parse(await commands.send(ofSlot[0], ['MGET', ...ofSlot])));

  /** Where the clocks of all buckets stand, and how far replicas have to be for each of the tags that says so. */
  async function readClocks(tags: ReadonlySet<string>): Promise<{ moment: Moment; positions: Map<string, Positions> }> {
    const positions = new Map<string, Positions>();
    const byBucket = Map.groupBy(tags, buckets.bucketOf);
    const moment = await Promise.all(
      allBuckets.map(async (bucket) => {
        const ofBucket = byBucket.get(bucket) ?? [];
        const keys = ofBucket.map(buckets.tagKey);
        const reply = await runScript(commands, readTags, [buckets.clockKey(bucket), ...keys], []);
        const [clock, states] = readReply.parse(reply);
        for (const [index, tag] of ofBucket.entries()) positions.set(tag, positionsOf(states[index] ?? ''));
        return clock;
      }),
    );
    return { moment, positions };
  }

  async function takeLease(key: string): Promise<string | undefined> {
    const token = randomUUID();
    const reply = await commands.send(leaseKey(key), ['SET', leaseKey(key), token, 'NX', 'PX', String(leaseMs)]);
    return reply === 'OK' ? token : undefined;
  }

  async function holdLeases(tickets: readonly FillTicket[]): Promise<boolean[]> {
    const tokens = await getMany(tickets.map(({ key }) => leaseKey(key)));
    return tickets.map(({ lease }, index) => lease !== undefined && tokens[index] === lease);
  }

  /** What each bucket says to each fill that has tags in it. */
  async function judge(fills: readonly FinishedFill[]): Promise<Map<FinishedFill, Map<number, Judgement>>> {
    const judgements = new Map(fills.map((fill) => [fill, new Map<number, Judgement>()]));
    await Promise.all(
      allBuckets.map(async (bucket) => {
        const asked = fills
          .map((fill) => ({ fill, tags: fill.tags.filter((tag) => buckets.bucketOf(tag) === bucket) }))
          .filter(({ tags }) => tags.length > 0);
        if (asked.length === 0) return;
        const keys = asked.flatMap(({ tags }) => tags.map(buckets.tagKey));
        const ofFills = asked.flatMap(({ tags, fill: { ticket, lifetimeMs } }) => [
          String(tags.length),
          ticket.beganAt[bucket] ?? '',
          String(Math.ceil(lifetimeMs)),
          positionsText(ticket.minimumPositions),
        ]);
        const values = [String(replicaLagLimitMs), ...ofFills];
        const reply = await runScript(commands, finishFills, [buckets.clockKey(bucket), ...keys], values);
        for (const [index, judgement] of finishReply.parse(reply).entries()) {
          const fill = asked[index]?.fill;
          if (fill) judgements.get(fill)?.set(bucket, judgement);
        }
      }),
    );
    return judgements;
  }

  /** The versions of the tags, in their order, from those of each bucket. */
  function versionsInOrder(tags: readonly string[], ofBuckets: ReadonlyMap<number, readonly Version[]>): Version[] {
    const iterators = new Map([...ofBuckets].map(([bucket, versions]) => [bucket, versions.values()]));
    return tags.map((tag) => iterators.get(buckets.bucketOf(tag))?.next().value ?? Number.NaN);
  }

  function verdictOf(fill: FinishedFill, judgements: ReadonlyMap<number, Judgement>, holdsLease: boolean): FillVerdict {
    const versions = new Map<number, readonly Version[]>();
    const refusals: string[] = [];
    let { lifetimeMs } = fill;
    for (const [bucket, judgement] of judgements) {
      if (typeof judgement === 'string') {
        refusals.push(judgement);
        continue;
      }
      lifetimeMs = Math.min(lifetimeMs, judgement[0]);
      versions.set(bucket, judgement[1]);
    }
    const behind = furthestOf(refusals.map(positionsOf));
    if (Object.keys(behind).length > 0) return { outcome: 'behind', positions: behind };
    if (refusals.length > 0) return { outcome: 'overtaken' };
    if (!holdsLease) return { outcome: 'lease-lost' };
    return { outcome: 'current', versions: versionsInOrder(fill.tags, versions), lifetimeMs };
  }

  /** Changes the tags that are invalidated or borne, bucket by bucket, and returns the new version of each that is still current. */
  async function change(
    { tags, positions }: Invalidation,
    beganAt: Moment | undefined,
    lifetimes: ReadonlyMap<string, number>,
  ): Promise<Map<string, Version>> {
    const invalidated = new Set(tags);
    const versions = new Map<string, Version>();
    const byBucket = Map.groupBy(new Set([...invalidated, ...lifetimes.keys()]), buckets.bucketOf);
    await Promise.all(
      [...byBucket].map(async ([bucket, changed]) => {
        const told = changed.filter((tag) => invalidated.has(tag));
        const values = [
          String(INVALIDATION_MEMORY_MS),
          positionsText(positions),
          channel,
          told.length > 0 ? JSON.stringify(told) : '',
          beganAt?.[bucket] ?? '',
          ...changed.flatMap((tag) => [invalidated.has(tag) ? '1' : '0', String(Math.ceil(lifetimes.get(tag) ?? 0))]),
        ];
        const keys = changed.map(buckets.tagKey);
        const reply = changeReply.parse(
          await runScript(commands, changeTags, [buckets.clockKey(bucket), ...keys], values),
        );
        for (const [index, tag] of changed.entries()) if (reply[index]) versions.set(tag, Number(reply[index]));
      }),
    );
    return versions;
  }

  async function finishWrite({ ticket, invalidation, entries }: FinishedWrite): Promise<FillVerdict[]> {
    const lifetimes = new Map<string, number>();
    for (const { tags, lifetimeMs } of entries) {
      for (const tag of tags) lifetimes.set(tag, Math.max(lifetimeMs, lifetimes.get(tag) ?? 0));
    }
    const [versions, [holdsLease]] = await Promise.all([
      change(invalidation, ticket.beganAt, lifetimes),
      holdLeases([ticket]),
    ]);
    return entries.map(({ tags, lifetimeMs }): FillVerdict => {
      const current = tags.flatMap((tag) => versions.get(tag) ?? []);
      if (current.length < tags.length) return { outcome: 'overtaken' };
      return holdsLease ? { outcome: 'current', versions: current, lifetimeMs } : { outcome: 'lease-lost' };
    });
  }

  return {
    versionsOf: async (tags) => {
      const states = await getMany(tags.map(buckets.tagKey));
      return states.map((state) => (state ? Number.parseInt(state, 10) : undefined));
    },
    beginFills: async (requests) => {
      const [{ moment, positions }, leases] = await Promise.all([
        readClocks(new Set(requests.flatMap(({ tags }) => tags))),
        Promise.all(requests.map(({ key }) => takeLease(key))),
      ]);
      return requests.map(({ key, tags }, index) => ({
        key,
        beganAt: moment,
        minimumPositions: furthestOf(tags.map((tag) => positions.get(tag) ?? {})),
        lease: leases[index],
      }));
    },
    finishFills: async (fills) => {
      const [judgements, held] = await Promise.all([judge(fills), holdLeases(fills.map(({ ticket }) => ticket))]);
      return fills.map((fill, index) => verdictOf(fill, judgements.get(fill) ?? new Map(), held[index] === true));
    },
    releaseLeases: async (tickets) => {
      await Promise.all(
        tickets.map(({ key, lease }) => lease && runScript(commands, releaseLease, [leaseKey(key)], [lease])),
      );
    },
    invalidate: async (invalidation) => {
      await change(invalidation, undefined, new Map());
    },
    finishWrite,
    subscribe: ({ onInvalidated, onGap }) =>
      listenToRedis(options.listener, channel, {
        onMessage: readMessages(tagsMessage, {
          onMessage: onInvalidated,
          onUnreadable: (error) => {
            options.listener.onError(error);
            onGap();
          },
        }),
        onConnected: onGap,
      }),
    close: async () => undefined,
  };
}
