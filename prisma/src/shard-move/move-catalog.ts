import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { readShardMap } from '../shard-map/read-shard-map.ts';
import type { ShardMap } from '../shard-map/shard-map.ts';
import { ShardMoveError } from './shard-move-error.ts';

/** Advisory lock in the catalog: one move at a time. */
const MOVE_LOCK = 7705;
/** A process that has not been seen for so long is gone. */
const FOLLOWER_LIFETIME = '30 seconds';
const POLL_INTERVAL_MS = 200;

/** A process that routes by the shard map. */
export interface Follower {
  processId: string;
  service: string;
  /** The map version that it has in force. */
  version: number;
}

/**
 * Keeps other moves away for as long as the connection to the catalog lives.
 * @throws ShardMoveError when another move is under way.
 */
export async function claimMove(catalog: Client): Promise<void> {
  const { rows } = await catalog.query<{ isClaimed: boolean }>('SELECT pg_try_advisory_lock($1) AS "isClaimed"', [
    MOVE_LOCK,
  ]);
  if (rows[0]?.isClaimed !== true) throw new ShardMoveError('another move is under way: wait for its end');
}

/** @throws ShardMoveError when there is no map yet. */
export async function readNewestShardMap(catalog: Client): Promise<ShardMap> {
  const map = await readShardMap(catalog);
  if (map === undefined) throw new ShardMoveError('the catalog has no shard map: migrate the databases first');
  return map;
}

/**
 * Makes a map the newest one, which every process follows.
 * @param note who or what has changed it, for people
 * @throws DatabaseError when there is a map of its version already
 */
export async function publishShardMap(catalog: Client, map: ShardMap, note: string): Promise<void> {
  await catalog.query('INSERT INTO shard_map (version, ranges, note) VALUES ($1, $2, $3)', [
    map.version,
    JSON.stringify(map.ranges),
    note,
  ]);
}

/** The processes that live. */
export async function readFollowers(catalog: Client): Promise<Follower[]> {
  const { rows } = await catalog.query<Follower>(
    `SELECT process_id AS "processId", service, version FROM shard_map_followers
     WHERE seen_at > clock_timestamp() - $1::interval ORDER BY service, process_id`,
    [FOLLOWER_LIFETIME],
  );
  return rows;
}

/**
 * Waits until every process that lives routes by this version of the map or a later one.
 * @throws ShardMoveError naming those that do not within `limitMs`.
 */
export async function waitForFollowers(catalog: Client, version: number, limitMs: number): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    const behind = (await readFollowers(catalog)).filter((follower) => follower.version < version);
    if (behind.length === 0) return;
    if (performance.now() > deadlineMs) {
      const names = behind.map(({ service, processId }) => `${service} ${processId}`).join(', ');
      throw new ShardMoveError(
        `the logical shards have moved, but ${names} still use an older shard map, so the old rows were kept: see that their ` +
          'databases file names the target and restart them, then run the move again to remove the old rows',
      );
    }
    await delay(POLL_INTERVAL_MS);
  }
}
