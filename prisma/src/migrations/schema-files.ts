import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MigrationList, SchemaContainer } from '@prisma/schema-engine-wasm/schema_engine_bg';

/** The two schemas of this package, each a folder with `schema.prisma` and `migrations`. */
export type SchemaName = 'catalog' | 'shard';

const PACKAGE_DIRECTORY = fileURLToPath(new URL('../../', import.meta.url));

/** Reads `schema.prisma`. */
export async function readSchema(schema: SchemaName): Promise<SchemaContainer> {
  const path = `${PACKAGE_DIRECTORY}${schema}/schema.prisma`;
  return { path, content: await readFile(path, 'utf8') };
}

/**
 * Reads a folder of migrations in Prisma's layout: `<timestamp>_<name>/migration.sql` beside `migration_lock.toml`.
 * @param directory the folder, that of the schema unless told
 */
export async function readMigrations(
  schema: SchemaName,
  directory = `${PACKAGE_DIRECTORY}${schema}/migrations`,
): Promise<MigrationList> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = names.toSorted().map(async (path) => {
    const value = await readFile(`${directory}/${path}/migration.sql`, 'utf8');
    return { path, migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value } } };
  });
  const lockfile = await readFile(`${directory}/migration_lock.toml`, 'utf8');
  return {
    baseDir: directory,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(migrationDirectories),
  };
}
