import type { Client } from 'pg';
import type { DatabaseConfig, DatabasesConfig } from '../topology/topology.ts';
import { openMoveConnection } from './move-connection.ts';
import { ShardMoveError } from './shard-move-error.ts';

/** The connections of a move, closed together. */
export class MoveConnections {
  readonly #config: DatabasesConfig;
  readonly #open: Client[] = [];

  constructor(config: DatabasesConfig) {
    this.#config = config;
  }

  async openCatalog(): Promise<Client> {
    return this.#connect(this.#config.catalog.primary);
  }

  /** @throws ShardMoveError when the shard is not configured or not migrated. */
  async open(name: string): Promise<Client> {
    const client = await this.#connect(databaseOf(this.#config, name).primary);
    const { rows } = await client.query<{ isMigrated: boolean }>(
      `SELECT to_regclass('shard_ownership') IS NOT NULL AS "isMigrated"`,
    );
    if (rows[0]?.isMigrated !== true)
      throw new ShardMoveError(`database ${name} has no tables: migrate it, and run the move again`);
    return client;
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#open.map((client) => client.end()));
  }

  async #connect(url: string): Promise<Client> {
    const client = await openMoveConnection(url);
    this.#open.push(client);
    return client;
  }
}

/** @throws ShardMoveError for a name that is not configured. */
export function databaseOf({ shards }: DatabasesConfig, name: string): DatabaseConfig {
  const database = shards[name];
  if (database !== undefined) return database;
  const known = Object.keys(shards).join(', ');
  throw new ShardMoveError(
    `no database is called ${name}; the databases file names ${known}. Add it there, migrate it, and run the move again`,
  );
}
