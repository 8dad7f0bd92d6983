import { createMigrationAdapter } from './migration-adapter.ts';
import { createSchemaEngine, WHOLE_SCHEMA } from './schema-engine.ts';
import { readSchema, type SchemaName } from './schema-files.ts';

/**
 * Compares a database with its `schema.prisma`. Prisma looks at tables, columns, keys, enums and plain indexes. It does not
 * see what it cannot express, which the migrations hold alone: partitions, indexes on expressions or of part of a table, CHECK constraints, triggers,
 * functions, and sequences that belong to no column.
 * @returns the SQL that would make the database like the schema; `undefined` when nothing differs
 */
export async function findSchemaDrift(schema: SchemaName, url: string): Promise<string | undefined> {
  const file = await readSchema(schema);
  const adapter = createMigrationAdapter(url, () => undefined);
  const engine = await createSchemaEngine(file, adapter.factory);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'schemaDatasource', files: [file], configDir: '' },
      to: { tag: 'schemaDatamodel', files: [file] },
      script: true,
      exitCode: true,
      filters: WHOLE_SCHEMA,
    });
    return exitCode === 0 ? undefined : (stdout ?? '');
  } finally {
    engine.free();
    await adapter.close();
  }
}
