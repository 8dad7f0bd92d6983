import { randomUUID } from 'node:crypto';
import type { QueryResultRow } from 'pg';
import { z } from 'zod';
import {
  type Coordination,
  type FillTicket,
  type FillVerdict,
  type FinishedFill,
  type FinishedWrite,
  INVALIDATION_MEMORY_MS,
  type Invalidation,
  REPLICA_LAG_LIMIT_MS,
  type Version,
} from './coordination.ts';
import { readMessages } from './invalidation-messages.ts';
import { payloadsOf } from './notification-payloads.ts';
import { furthestOf, type Positions } from './positions.ts';
import { COORDINATION_SCHEMA, SWEEP } from './postgres-coordination-schema.ts';
import { listenToPostgres } from './postgres-listener.ts';
import { openPrimaryPool, type PrimaryUrl } from './primary-pool.ts';

export interface PostgresCoordinationOptions {
  /** Of a primary, and of a role that may create a schema or find the one that is there. */
  readonly url: PrimaryUrl;
  /** Common to the processes that are to hear of each other. */
  readonly channel: string;
  /** Before every key that a lease is on: services that share tags have keys of their own. */
  readonly leasePrefix: string;
  readonly leaseMs: number;
  /** Default {@link REPLICA_LAG_LIMIT_MS}. */
  readonly replicaLagLimitMs?: number;
  readonly onError: (error: Error) => void;
}

const POOL_SIZE = 2;
const CALL_TIMEOUT_MS = 1_000;
const SWEEP_INTERVAL_MS = 60_000;

const positionsSchema = z.record(z.string(), z.number());
const verdictSchema = z.union([
  z.literal('overtaken'),
  z.object({ behind: positionsSchema }),
  z.object({ versions: z.array(z.number()), lifetimeMs: z.number() }),
]);
const tagsMessage = z.array(z.string());

/**
 * {@link Coordination} in tables of Postgres, for values in a store that can't say what is true. The tables are made when they are
 * first needed; they have no write-ahead log, so a write costs no flush. All that is in them expires, and is deleted then.
 */
export function createPostgresCoordination(options: PostgresCoordinationOptions): Coordination {
  const { url, channel, leasePrefix, leaseMs, replicaLagLimitMs = REPLICA_LAG_LIMIT_MS, onError } = options;
  const pool = openPrimaryPool({
    url,
    onError,
    application_name: `coordinate ${channel}`,
    max: POOL_SIZE,
    connectionTimeoutMillis: CALL_TIMEOUT_MS,
    query_timeout: CALL_TIMEOUT_MS,
  });
  let schema: Promise<unknown> | undefined;
  const sweeping = setInterval(() => void pool.query(SWEEP).catch(onError), SWEEP_INTERVAL_MS).unref();

  async function query<Row extends QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    schema ??= pool.query(COORDINATION_SCHEMA).catch((error: unknown) => {
      schema = undefined;
      throw error;
    });
    await schema;
    const { rows } = await pool.query<Row>({ name: `tributary_cache ${name}`, text, values });
    return rows;
  }

  async function readClock(tags: readonly string[]): Promise<{ beganAt: string[]; positions: Map<string, Positions> }> {
    const [row] = await query<{ version: string; born: string; positions: Record<string, Positions> }>(
      'clock',
      READ_CLOCK,
      [tags],
    );
    if (!row) throw new Error('the clock was not answered');
    return { beganAt: [row.version, row.born], positions: new Map(Object.entries(row.positions)) };
  }

  async function takeLeases(keys: readonly string[]): Promise<Map<string, string>> {
    const tokens = keys.map(() => randomUUID());
    const leased = keys.map((key) => leasePrefix + key);
    const rows = await query<{ key: string; token: string }>('take', TAKE_LEASES, [leased, tokens, leaseMs]);
    return new Map(rows.map(({ key, token }) => [key.slice(leasePrefix.length), token]));
  }

  async function heldLeases(tickets: readonly FillTicket[]): Promise<Set<string>> {
    const rows = await query<{ token: string }>('held', HELD_LEASES, [tickets.flatMap(({ lease }) => lease ?? [])]);
    return new Set(rows.map(({ token }) => token));
  }

  async function finish({ ticket, tags, lifetimeMs }: FinishedFill, held: ReadonlySet<string>): Promise<FillVerdict> {
    const [version, born] = ticket.beganAt;
    const known = JSON.stringify(ticket.minimumPositions);
    const values = [tags, Math.ceil(lifetimeMs), version, born, known, replicaLagLimitMs];
    const [row] = await query<{ verdict: unknown }>('finish', FINISH_FILL, values);
    const verdict = verdictSchema.parse(row?.verdict);
    if (verdict === 'overtaken') return { outcome: 'overtaken' };
    if ('behind' in verdict) return { outcome: 'behind', positions: verdict.behind };
    return ticket.lease !== undefined && held.has(ticket.lease)
      ? { outcome: 'current', ...verdict }
      : { outcome: 'lease-lost' };
  }

  /** @param lifetimes of the entries that bear a tag, in milliseconds */
  async function change(
    { tags, positions }: Invalidation,
    ticket: FillTicket | undefined,
    lifetimes: ReadonlyMap<string, number>,
  ): Promise<Map<string, Version>> {
    const invalidated = new Set(tags);
    const changed = [...new Set([...invalidated, ...lifetimes.keys()])];
    const rememberedMs = (tag: string): number =>
      Math.max(Math.ceil(lifetimes.get(tag) ?? 0), invalidated.has(tag) ? INVALIDATION_MEMORY_MS : 0);
    const [version = null, born = null] = ticket?.beganAt ?? [];
    const [row] = await query<{ versions: (string | null)[] }>('change', CHANGE_TAGS, [
      changed,
      changed.map((tag) => invalidated.has(tag)),
      changed.map(rememberedMs),
      JSON.stringify(positions),
      version,
      born,
      channel,
      payloadsOf(tags, (some) => JSON.stringify(some)),
    ]);
    return new Map(changed.flatMap((tag, index) => (row?.versions[index] ? [[tag, Number(row.versions[index])]] : [])));
  }

  async function finishWrite({ ticket, invalidation, entries }: FinishedWrite): Promise<FillVerdict[]> {
    const lifetimes = new Map<string, number>();
    for (const { tags, lifetimeMs } of entries) {
      for (const tag of tags) lifetimes.set(tag, Math.max(lifetimeMs, lifetimes.get(tag) ?? 0));
    }
    const [versions, held] = await Promise.all([change(invalidation, ticket, lifetimes), heldLeases([ticket])]);
    return entries.map(({ tags, lifetimeMs }): FillVerdict => {
      const current = tags.flatMap((tag) => versions.get(tag) ?? []);
      if (current.length < tags.length) return { outcome: 'overtaken' };
      const holdsLease = ticket.lease !== undefined && held.has(ticket.lease);
      return holdsLease ? { outcome: 'current', versions: current, lifetimeMs } : { outcome: 'lease-lost' };
    });
  }

  return {
    versionsOf: async (tags) => {
      if (tags.length === 0) return [];
      const rows = await query<{ tag: string; version: string }>('versions', VERSIONS_OF, [tags]);
      const versions = new Map(rows.map(({ tag, version }) => [tag, Number(version)]));
      return tags.map((tag) => versions.get(tag));
    },
    beginFills: async (requests) => {
      const [{ beganAt, positions }, leases] = await Promise.all([
        readClock(requests.flatMap(({ tags }) => tags)),
        takeLeases(requests.map(({ key }) => key)),
      ]);
      return requests.map(({ key, tags }) => ({
        key,
        beganAt,
        minimumPositions: furthestOf(tags.map((tag) => positions.get(tag) ?? {})),
        lease: leases.get(key),
      }));
    },
    finishFills: async (fills) => {
      const held = await heldLeases(fills.map(({ ticket }) => ticket));
      return Promise.all(fills.map((fill) => finish(fill, held)));
    },
    releaseLeases: async (tickets) => {
      await query('release', RELEASE_LEASES, [tickets.flatMap(({ lease }) => lease ?? [])]);
    },
    invalidate: async (invalidation) => {
      await change(invalidation, undefined, new Map());
    },
    finishWrite,
    subscribe: ({ onInvalidated, onGap }) =>
      listenToPostgres({
        url,
        channel,
        onMessage: readMessages(tagsMessage, {
          onMessage: onInvalidated,
          onUnreadable: (error) => {
            onError(error);
            onGap();
          },
        }),
        onConnected: onGap,
        onLost: onError,
      }),
    close: async () => {
      clearInterval(sweeping);
      await pool.end();
    },
  };
}

const READ_CLOCK = `
select (select last_value from tributary_cache.versions)::text as version,
  tributary_cache.clock_born_at()::text as born,
  coalesce((select jsonb_object_agg(tag, positions) from tributary_cache.tags
    where tag = any($1::text[]) and expires_at > clock_timestamp()), '{}') as positions`;

const TAKE_LEASES = `
insert into tributary_cache.leases as held (key, token, expires_at)
select key, token, clock_timestamp() + $3::bigint * interval '1 ms'
from unnest($1::text[], $2::text[]) as asked (key, token) order by key
on conflict (key) do update set token = excluded.token, expires_at = excluded.expires_at
where held.expires_at < clock_timestamp()
returning key, token`;

const HELD_LEASES = `
select token from tributary_cache.leases where token = any($1::text[]) and expires_at > clock_timestamp()`;

const RELEASE_LEASES = `delete from tributary_cache.leases where token = any($1::text[])`;

const VERSIONS_OF = `
select tag, version::text from tributary_cache.tags where tag = any($1::text[]) and expires_at > clock_timestamp()`;

const FINISH_FILL = `
select tributary_cache.finish_fill($1::text[], $2::bigint, $3::bigint, $4::timestamptz, $5::jsonb, $6::bigint) as verdict`;

const CHANGE_TAGS = `
select tributary_cache.change_tags($1::text[], $2::boolean[], $3::bigint[], $4::jsonb, $5::bigint, $6::timestamptz, $7, $8::text[])
  as versions`;
