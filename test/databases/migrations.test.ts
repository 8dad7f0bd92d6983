import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { createDatabase } from '@tributary/local-stack/postgres/databases';
import { openDatabases } from '@tributary/prisma/clients/databases';
import { MigrationError } from '@tributary/prisma/errors/migration-error';
import { ensureShardMap } from '@tributary/prisma/migrations/ensure-shard-map';
import { migrateAll } from '@tributary/prisma/migrations/migrate-all';
import { migrateDatabase } from '@tributary/prisma/migrations/migrate-database';
import { findSchemaDrift } from '@tributary/prisma/migrations/schema-drift';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;
let url: string;
let directory: string;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'migrations', spareShards: 1 });
}, 60_000);

afterAll(() => kit?.close());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  await writeFile(join(directory, 'migration_lock.toml'), 'provider = "postgresql"\n');
  await withAdmin('DROP DATABASE IF EXISTS migrations_scratch WITH (FORCE)');
  await withConnection(kit.adminUrlOf('catalog'), (client) => createDatabase(client, 'migrations_scratch'));
  url = kit.config.catalog.primary.replace(/[^/]+$/, 'migrations_scratch');
});

afterEach(async () => {
  await withAdmin('DROP DATABASE IF EXISTS migrations_scratch WITH (FORCE)');
  await rm(directory, { recursive: true });
});

const withAdmin = (sql: string) => withConnection(kit.adminUrlOf('catalog'), (client) => client.query(sql));
const migrate = () => migrateDatabase({ name: 'scratch', schema: 'catalog', url, migrationsDirectory: directory });

async function writeMigration(name: string, sql: string): Promise<void> {
  await mkdir(join(directory, name), { recursive: true });
  await writeFile(join(directory, name, 'migration.sql'), sql);
}

async function tables(): Promise<string[]> {
  return withConnection(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY 1",
    );
    return rows.map(({ name }) => name);
  });
}

describe('the migrations of this repository', () => {
  // Prisma cannot express partitions, indexes on expressions or of part of a table, CHECK constraints, triggers, functions and free sequences: those
  // are in the migrations alone, and the comparison does not see them.
  it.each(['catalog', 'shard'] as const)('make exactly the tables of the %s schema', async (schema) => {
    const database = schema === 'catalog' ? kit.config.catalog : kit.config.shards['shard_0'];
    expect(await findSchemaDrift(schema, database?.primary ?? '')).toBeUndefined();
  });

  it('are compared for real: a column that the schema does not know is found', async () => {
    await migrateDatabase({ name: 'scratch', schema: 'shard', url });
    await withConnection(url, (client) => client.query('ALTER TABLE users ADD COLUMN shoe_size int'));
    expect(await findSchemaDrift('shard', url)).toContain('DROP COLUMN "shoe_size"');
  });

  it('are applied once when several processes start at the same time', async () => {
    const applied = await Promise.all(
      Array.from({ length: 3 }, () => migrateDatabase({ name: 'scratch', schema: 'shard', url })),
    );
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  });
});

describe('a migration', () => {
  it('that fails is named with its place and the error, and leaves nothing behind', async () => {
    await writeMigration('1_good', 'CREATE TABLE good (id int);');
    await writeMigration(
      '2_broken',
      'CREATE TABLE half (id int);\n\nSELECT nonsense FROM good;\nCREATE TABLE rest (id int);',
    );
    await expect(migrate()).rejects.toThrow(MigrationError);
    await expect(migrate()).rejects.toThrow(
      /^cannot migrate scratch \(127\.0\.0\.1:\d+\/migrations_scratch\): migration 2_broken failed: column "nonsense" does not exist at line 3 \(SQLSTATE 42703\)$/,
    );
    expect(await tables()).toEqual(['good']);
  });

  it('that was corrected after it had failed is applied', async () => {
    await writeMigration('1_broken', 'SELECT nonsense;');
    await expect(migrate()).rejects.toThrow('1_broken');
    await writeMigration('1_broken', 'CREATE TABLE corrected (id int);');
    expect(await migrate()).toEqual(['1_broken']);
    expect(await tables()).toEqual(['corrected']);
  });

  it('that was changed after it had been applied is refused', async () => {
    await writeMigration('1_first', 'CREATE TABLE first (id int);');
    await migrate();
    await writeMigration('1_first', 'CREATE TABLE first (id bigint);');
    await expect(migrate()).rejects.toThrow(
      '1_first was changed after it had been applied: write a new migration instead',
    );
  });
});

describe('the first shard map', () => {
  it('is asked for, by the command to run, when a service starts before the migrations', async () => {
    const config = { catalog: { primary: url, replicas: [] }, shards: kit.config.shards };
    const options = { poolSize: 1, fleetProcesses: 1, statementTimeoutMs: 5_000, connectionTimeoutMs: 5_000 };
    const opening = openDatabases({ service: 'early', readConfig: async () => config, catalogWaitMs: 0, ...options });
    await expect(opening).rejects.toThrow('the catalog holds no shard map yet: run the migrate command');
  });

  it('is written once, and each shard owns exactly the logical shards that it names', async () => {
    const again = await migrateAll(kit.config, () => undefined);
    expect(again.version).toBe(1);
    expect(again.databaseNames()).toEqual(['shard_0', 'shard_1']);
    for (const [name, { primary }] of Object.entries(kit.config.shards)) {
      const owned = await withConnection(primary, async (client) => {
        const { rows } = await client.query<{ shard: number }>(
          'SELECT logical_shard AS shard FROM shard_ownership ORDER BY 1',
        );
        return rows.map(({ shard }) => shard);
      });
      expect(owned).toEqual(again.logicalShardsOf(name));
    }
  });

  it('leaves a spare shard empty, which owns nothing', async () => {
    const spared = await startTestDatabases({ name: 'migrations-spare', shards: 2, spareShards: 1 });
    try {
      await withConnection(spared.config.catalog.primary, (client) => client.query('DELETE FROM shard_map'));
      const map = await ensureShardMap(spared.config, ['shard_2']);
      expect(map.databaseNames()).toEqual(['shard_0', 'shard_1']);
      const owned = await withConnection(spared.adminUrlOf('shard_2'), (client) =>
        client.query('SELECT FROM shard_ownership'),
      );
      expect(owned.rowCount).toBe(0);
      await expect(ensureShardMap(spared.config, ['shard_3'])).rejects.toThrow('the spare shard_3 is not configured');
      const every = Object.keys(spared.config.shards);
      await expect(ensureShardMap(spared.config, every)).rejects.toThrow('not every shard can be a spare');
    } finally {
      await spared.close();
    }
  });

  it('is not accepted when a shard that it names is not configured', async () => {
    const { shard_1: _, ...shards } = kit.config.shards;
    await expect(ensureShardMap({ ...kit.config, shards })).rejects.toThrow(
      'shard map 1 names shard_1, which is not configured',
    );
  });
});
