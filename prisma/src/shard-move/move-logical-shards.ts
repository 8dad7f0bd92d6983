import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ShardMap } from '../shard-map/shard-map.ts';
import type { DatabasesConfig } from '../topology/topology.ts';
import { claimMove, publishShardMap, readNewestShardMap, waitForFollowers } from './move-catalog.ts';
import { allowMovingShards, inTransaction } from './move-connection.ts';
import { databaseOf, MoveConnections } from './move-connections.ts';
import { waitForReplicas } from './replica-catch-up.ts';
import { formatShardList } from './shard-list.ts';
import { lockLogicalShards, releaseLogicalShards } from './shard-locks.ts';
import { ShardMoveError } from './shard-move-error.ts';
import { grantOwnership, readOwned, revokeOwnership, splitByProgress } from './shard-ownership.ts';
import { compareDigests, copyShardRows, deleteShardRows, digestShardRows } from './shard-rows.ts';

/** The steps of a move, in their order. Each is told when it is done. */
export type MoveStep =
  | 'started'
  | 'locked'
  | 'copied'
  | 'compared'
  | 'replicated'
  | 'granted'
  | 'handed-over'
  | 'published'
  | 'followed'
  | 'removed';

export interface MoveOptions {
  config: DatabasesConfig;
  logicalShards: readonly number[];
  /** Name of the database that they move to; it has been migrated. */
  to: string;
  /** Told of each step that is done, and waited for. When it throws, the move ends there, as if the process had died. */
  onProgress: (step: MoveStep, message: string) => void | Promise<void>;
  /** How long writers under way, replicas of the target, and processes that follow the map may take, each. */
  waitLimitMs?: number;
  /** How long a statement that was sent by the old map may still run before the old rows are removed. */
  drainMs?: number;
}

const DEFAULT_WAIT_LIMIT_MS = 60_000;
const DEFAULT_DRAIN_MS = 10_000;
const MONTHS_AHEAD = 3;

type Settings = Required<MoveOptions>;

/**
 * Moves logical shards to another database while everything runs: reads go on, writes to them are refused (TB002) while their
 * rows are copied, ids stay as they are. It can be run again whatever happened to it: it finds out how far it came.
 * Returns the shard map that is in force afterwards.
 * @throws ShardMoveError saying what to do.
 */
export async function moveLogicalShards(options: MoveOptions): Promise<ShardMap> {
  const settings = { waitLimitMs: DEFAULT_WAIT_LIMIT_MS, drainMs: DEFAULT_DRAIN_MS, ...options };
  const { config, logicalShards, to } = settings;
  const connections = new MoveConnections(config);
  try {
    const catalog = await connections.openCatalog();
    const target = await connections.open(to);
    await claimMove(catalog);
    let map = await readNewestShardMap(catalog);
    const sources = Map.groupBy(logicalShards, (shard) => map.databaseOf(shard));
    for (const [from, shards] of sources) {
      if (from === to) continue;
      const source = { name: from, client: await connections.open(from), reader: await connections.open(from) };
      map = await moveFromSource({ ...settings, catalog, target, source, map, shards });
    }
    await waitForFollowers(catalog, map.version, settings.waitLimitMs);
    await settings.onProgress('followed', `every process uses shard map ${map.version}`);
    await removeOldRows(settings, connections, target);
    return map;
  } finally {
    await connections.closeAll();
  }
}

interface SourceMove extends Settings {
  catalog: Client;
  target: Client;
  /** `client` holds the locks, `reader` reads the rows. */
  source: { name: string; client: Client; reader: Client };
  map: ShardMap;
  /** Those of the logical shards that the map has at the source. */
  shards: readonly number[];
}

async function moveFromSource(move: SourceMove): Promise<ShardMap> {
  const { source, target, catalog, map, shards, to, onProgress } = move;
  const { toCopy, handedOver } = await splitByProgress({ source: source.client, target }, shards);
  const list = formatShardList(shards);
  await onProgress('started', `${source.name} -> ${to}: logical shards ${list}`);
  if (handedOver.length > 0)
    await onProgress('started', `${formatShardList(handedOver)} were copied by an earlier run`);
  if (toCopy.length > 0) await handOver(move, toCopy);

  // The order of the switch makes every moment safe to die in. Granted, not yet revoked: writers still go to the source, which
  // accepts them, and the next run copies again. Revoked, not yet published: nobody accepts a write, reads find all rows at
  // the source, and the next run only publishes. At no moment do two databases accept writes that a process would send them,
  // and at no moment is a write accepted that the copy does not have.
  const next = map.withMoved(shards, to);
  await publishShardMap(catalog, next, `moved ${list} from ${source.name} to ${to}`);
  await onProgress('published', `shard map ${next.version} is in force`);
  await releaseLogicalShards(source.client);
  return next;
}

/** Copies what the source owns to the target and makes the target its owner. Writes stay locked out when it returns. */
async function handOver(move: SourceMove, shards: readonly number[]): Promise<void> {
  const { source, target, config, to, waitLimitMs, onProgress } = move;
  await lockLogicalShards(source.client, shards, waitLimitMs);
  await onProgress('locked', 'writes to them are refused from now on');

  await prepareTarget(source.client, target);
  let copied = 0;
  await inTransaction(target, async () => {
    await allowMovingShards(target);
    await revokeOwnership(target, shards);
    await deleteShardRows(target, shards);
    await inTransaction(
      source.reader,
      () =>
        copyShardRows(source.reader, target, shards, (_table, rows) => {
          copied += rows;
        }),
      'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
    );
  });
  await onProgress('copied', `${copied} rows were copied`);

  const [original, copy] = await Promise.all([digestShardRows(source.reader, shards), digestShardRows(target, shards)]);
  const differences = compareDigests(original, copy);
  if (differences.length > 0) {
    throw new ShardMoveError(`the copy differs from the source, which stays in charge: ${differences.join('; ')}`);
  }
  await onProgress('compared', 'counts and checksums of source and target are equal');

  await waitForReplicas(target, databaseOf(config, to), waitLimitMs);
  await onProgress('replicated', 'the replicas of the target have the rows');

  await grantOwnership(target, shards);
  await onProgress('granted', `${to} owns them`);
  // On the connection that holds the locks: were it gone, writes would have been accepted since, and this would fail with it.
  await revokeOwnership(source.client, shards);
  await onProgress('handed-over', `${source.name} owns them no longer`);
}

/** New ids on the target must be above the source's, and its partitions must reach as far. */
async function prepareTarget(source: Client, target: Client): Promise<void> {
  const { rows } = await source.query<{ tick: string }>('SELECT last_value::text AS tick FROM id_clock');
  await target.query('SELECT advance_id_clock($1)', [rows[0]?.tick]);
  await target.query(
    `SELECT ensure_order_partitions(DATE '2026-01-01',
       (extract(year FROM span) * 12 + extract(month FROM span))::integer + 1 + $1)
     FROM age(date_trunc('month', now() AT TIME ZONE 'UTC'), DATE '2026-01-01') AS span`,
    [MONTHS_AHEAD],
  );
}

/**
 * Removes what is left of the moved logical shards on other databases, also by an earlier run that died or had another target.
 * By now the map in force names the target for all of them.
 */
async function removeOldRows(settings: Settings, connections: MoveConnections, target: Client): Promise<void> {
  const { config, logicalShards, to, drainMs, onProgress } = settings;
  const owned = await readOwned(target, logicalShards);
  if (owned.length !== logicalShards.length) {
    throw new ShardMoveError(
      `${to} does not own all of ${formatShardList(logicalShards)}, although the shard map says so; nothing was removed. ` +
        'Compare shard_ownership with the shard map before anything else',
    );
  }
  await delay(drainMs);
  for (const name of Object.keys(config.shards)) {
    if (name === to) continue;
    const client = await connections.open(name);
    const removed = await inTransaction(client, async () => {
      await allowMovingShards(client);
      await revokeOwnership(client, logicalShards);
      return deleteShardRows(client, logicalShards);
    });
    if (removed > 0) await onProgress('removed', `${removed} old rows were removed from ${name}`);
  }
}
