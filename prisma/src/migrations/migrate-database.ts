import type { MigrationList, SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { DatabaseError } from 'pg';
import { MigrationError } from '../errors/migration-error.ts';
import { messageOf } from '../errors/thrown-value.ts';
import { createMigrationAdapter } from './migration-adapter.ts';
import { withMigrationLock } from './migration-lock.ts';
import { createSchemaEngine, WHOLE_SCHEMA } from './schema-engine.ts';
import { readMigrations, readSchema, type SchemaName } from './schema-files.ts';

export interface MigrateDatabaseOptions {
  /** For messages: `catalog` or the name of a shard. */
  name: string;
  schema: SchemaName;
  /** URL of the primary. */
  url: string;
  /** Folder of migrations, that of the schema unless told. */
  migrationsDirectory?: string;
}

/**
 * Applies the migrations that a database is missing, each as one transaction, with Prisma's engine and its table
 * `_prisma_migrations`. Several processes may do it at once.
 * @returns the names of the migrations that were applied now
 * @throws MigrationError when one fails, or was changed after it had been applied
 */
export async function migrateDatabase(options: MigrateDatabaseOptions): Promise<string[]> {
  const { name, schema, url, migrationsDirectory } = options;
  const migrations = await readMigrations(schema, migrationsDirectory);
  let failure: string | undefined;
  const adapter = createMigrationAdapter(url, (error, script) => {
    failure = `${failingMigration(migrations, script)}: ${describeSqlError(error, script)}`;
  });
  return withMigrationLock(url, async () => {
    const engine = await createSchemaEngine(await readSchema(schema), adapter.factory);
    try {
      await prepareHistory(engine, migrations);
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: migrations,
        filters: WHOLE_SCHEMA,
      });
      return appliedMigrationNames;
    } catch (error) {
      const reason = failure ?? messageOf(error);
      throw new MigrationError(`cannot migrate ${name} (${withoutPassword(url)}): ${reason}`, { cause: error });
    } finally {
      engine.free();
      await adapter.close();
    }
  });
}

// A script that failed or was interrupted was undone by the server as a whole, so it may simply run again.
async function prepareHistory(engine: SchemaEngine, migrationsList: MigrationList): Promise<void> {
  const { failedMigrationNames, editedMigrationNames } = await engine.diagnoseMigrationHistory({
    migrationsList,
    optInToShadowDatabase: false,
    filters: WHOLE_SCHEMA,
  });
  const edited = editedMigrationNames.filter((name) => !failedMigrationNames.includes(name));
  if (edited.length > 0) {
    throw new Error(`${edited.join(', ')} was changed after it had been applied: write a new migration instead`);
  }
  for (const migrationName of failedMigrationNames) await engine.markMigrationRolledBack({ migrationName });
}

function failingMigration({ migrationDirectories }: MigrationList, script: string): string {
  const found = migrationDirectories.find(({ migrationFile }) => migrationFile.content.value === script);
  return found === undefined ? 'a statement of the engine failed' : `migration ${found.path} failed`;
}

function describeSqlError(error: unknown, script: string): string {
  if (!(error instanceof DatabaseError)) return String(error);
  const line =
    error.position === undefined ? '' : ` at line ${script.slice(0, Number(error.position)).split('\n').length}`;
  return `${error.message}${line} (SQLSTATE ${error.code ?? 'unknown'})`;
}

function withoutPassword(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
