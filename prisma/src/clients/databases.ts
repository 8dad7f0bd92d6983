import { PrismaClient as CatalogNodeClient } from '../../generated/catalog/client.ts';
import { PrismaClient as ShardNodeClient } from '../../generated/shard/client.ts';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { messageOf } from '../errors/thrown-value.ts';
import type { ShardMap } from '../shard-map/shard-map.ts';
import { ShardMapFollower } from '../shard-map/shard-map-follower.ts';
import type { StatementObserver } from '../sql/observed-statement.ts';
import { CATALOG, type DatabasesConfig } from '../topology/topology.ts';
import { type CatalogClient, createCatalogClient } from './catalog-client.ts';
import { checkConnectionBudget } from './connection-budget.ts';
import type { DatabaseEvent } from './database-event.ts';
import { createDatabaseRouter, type OpenCatalog, type OpenShard } from './database-router.ts';
import type { DatabaseServer } from './database-server.ts';
import type { DatabasesHealth } from './databases-health.ts';
import { type ClientFactory, openDatabase } from './open-database.ts';
import { createShardClient, type ShardClient } from './shard-client.ts';
import { TimelineExchange } from './timeline-exchange.ts';
import { type CatalogWaitOptions, waitForCatalog } from './wait-for-catalog.ts';
import { waitForShardMap } from './wait-for-shard-map.ts';

export interface OpenDatabasesOptions {
  /** Name of the service: what the servers show, and what `shard_map_followers` lists. */
  service: string;
  /** Reads where the databases are; again when the shard map names one that is not known. */
  readConfig: () => Promise<DatabasesConfig>;
  /** Connections to one database on one server. */
  poolSize: number;
  /** All processes that open the databases in this way: what the check against `max_connections` multiplies with. */
  fleetProcesses: number;
  statementTimeoutMs: number;
  connectionTimeoutMs: number;
  /** A replica that is further behind gets no reads until it has caught up; 5 s unless told. */
  maxReplicaLagMs?: number;
  onStatement?: StatementObserver;
  onEvent?: (event: DatabaseEvent) => void;
  /** How long to wait for the catalog and its first shard map; 60 s unless told. */
  catalogWaitMs?: number;
  /** Ends the waiting for the catalog. */
  signal?: AbortSignal;
}

/** The databases of a process: which client reads and writes what. */
export interface Databases {
  catalog(): CatalogClient;
  /**
   * The client of the shard that an id names.
   * @throws InvalidIdError for an id of the catalog
   */
  shardOf(id: bigint): ShardClient;
  /** @throws RangeError unless 0 <= logicalShard <= 1022 */
  shardOfLogical(logicalShard: number): ShardClient;
  /**
   * The name of the database an id's row is in, `catalog` for ids of the catalog: what loaders group their keys by.
   */
  databaseNameOf(id: bigint): string;
  /** @throws RangeError for a name that is not configured */
  shardNamed(name: string): ShardClient;
  /** Every shard that the map in force names. */
  allShards(): { name: string; client: ShardClient }[];
  /** A logical shard for a new user. */
  randomLogicalShard(): number;
  /** A new id, from the primary that owns the logical shard. */
  newId(logicalShard: number): Promise<bigint>;
  /** New ids, ascending, from the primary that owns the logical shard; 1 <= count <= 100,000. */
  newIds(logicalShard: number, count: number): Promise<bigint[]>;
  /** The map in force. */
  shardMap(): ShardMap;
  /** Loads the newest map now. */
  refreshShardMap(): Promise<void>;
  /**
   * Runs a write that finds its client with `shardOf` and its ids with `newId`, and runs it once more when the map was old.
   * @throws ShardMovingError when the logical shard is being moved
   */
  withShardRetry<T>(write: () => Promise<T>): Promise<T>;
  /**
   * How far a database's primary has written its log, in bytes: what was committed there before the call lies before it. It
   * leaves no trace in the session of the caller.
   * @throws RangeError for a name that is not configured
   */
  positionOf(name: string): Promise<number>;
  /**
   * URL of a primary, to LISTEN there: of the last one while there is none. It changes with a promotion.
   * @throws RangeError for a name that is not configured
   */
  primaryUrlOf(name: string): string;
  /** What the last probes found; it asks nothing itself. */
  health(): DatabasesHealth;
  /** Every server, with how far replicas are behind and what this process's connections are busy with, for metrics. */
  servers(): DatabaseServer[];
  /** Signs off and closes every connection. */
  close(): Promise<void>;
}

const CATALOG_FACTORY: ClientFactory<CatalogNodeClient, CatalogClient> = {
  ofNode: (options) => new CatalogNodeClient(options),
  ofDatabase: createCatalogClient,
};
const SHARD_FACTORY: ClientFactory<ShardNodeClient, ShardClient> = {
  ofNode: (options) => new ShardNodeClient(options),
  ofDatabase: createShardClient,
};
const POLL_INTERVAL_MS = 2_000;
const DEFAULT_CATALOG_WAIT_MS = 60_000;
const DEFAULT_MAX_REPLICA_LAG_MS = 5_000;

/**
 * Opens the catalog and every shard, checks that the servers accept so many connections, waits for the catalog and its shard
 * map, and follows the map. A shard or a replica that is down keeps nobody from starting.
 * @throws DatabasesConfigError when the configuration cannot work
 * @throws DatabaseUnavailableError when the catalog was not there within `catalogWaitMs`
 */
export async function openDatabases(options: OpenDatabasesOptions): Promise<Databases> {
  const { readConfig, poolSize, fleetProcesses, connectionTimeoutMs, onEvent = () => undefined } = options;
  const settings = {
    ...options,
    onStatement: options.onStatement,
    maxReplicaLagMs: options.maxReplicaLagMs ?? DEFAULT_MAX_REPLICA_LAG_MS,
  };
  const config = await readConfig();
  const timeoutMs = connectionTimeoutMs;
  await checkConnectionBudget({ config, poolSize, fleetProcesses, timeoutMs, onEvent });

  const shards = new Map<string, OpenShard>();
  const timelines = new TimelineExchange(() => [catalog, ...shards.values()]);
  const askOthers = () => timelines.ask();
  const catalog: OpenCatalog = await openDatabase(
    CATALOG,
    config.catalog,
    CATALOG_FACTORY,
    settings,
    askOthers,
    onEvent,
  );
  const openShards = async (from: DatabasesConfig): Promise<void> => {
    const missing = Object.entries(from.shards).filter(([name]) => !shards.has(name));
    const opened = await Promise.all(
      missing.map(([name, shard]) => openDatabase(name, shard, SHARD_FACTORY, settings, askOthers, onEvent)),
    );
    for (const shard of opened) shards.set(shard.name, shard);
    await Promise.all(opened.map(({ probed }) => probed));
    await timelines.ask();
  };
  const prepare = async (map: ShardMap): Promise<void> => {
    const isKnown = (name: string) => shards.has(name);
    if (!map.databaseNames().every(isKnown)) await openShards(await readConfig());
    const unknown = map.databaseNames().filter((name) => !isKnown(name));
    if (unknown.length > 0) {
      throw new DatabasesConfigError(`shard map ${map.version} names ${unknown.join(', ')}, which is not configured`);
    }
  };
  const closeAll = async (): Promise<void> => {
    timelines.stop();
    await Promise.all([catalog, ...shards.values()].map((database) => database.close()));
  };

  try {
    await catalog.probed;
    await openShards(config);
    timelines.start();
    const catalogWait: CatalogWaitOptions = {
      limitMs: options.catalogWaitMs ?? DEFAULT_CATALOG_WAIT_MS,
      signal: options.signal,
      onWait: (reason) => onEvent({ kind: 'waiting-for-catalog', reason }),
    };
    const map = await waitForShardMap(catalog.primary, catalogWait);
    await prepare(map);
    const follower = new ShardMapFollower(map, {
      catalog: catalog.primary,
      catalogUrl: () => catalog.primaryUrl(),
      service: options.service,
      pollIntervalMs: POLL_INTERVAL_MS,
      prepare,
      onChange: ({ version }) => onEvent({ kind: 'shard-map-changed', version }),
      onError: (error) => onEvent({ kind: 'shard-map-not-followed', reason: messageOf(error) }),
    });
    await waitForCatalog(() => follower.start(), catalogWait);
    const close = async () => {
      await follower.close();
      await closeAll();
    };
    return createDatabaseRouter({ catalog, shards, follower, close });
  } catch (error) {
    await closeAll();
    throw error;
  }
}
