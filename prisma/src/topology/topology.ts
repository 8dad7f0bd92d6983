import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { DatabasesConfigError } from '../errors/databases-config-error.ts';
import { messageOf } from '../errors/thrown-value.ts';

/**
 * Where one database is: URLs of its servers, as its primary and its streaming replicas were when this was written. Which of them
 * is the primary now, after promotions, is found out by asking them.
 */
export interface DatabaseConfig {
  primary: string;
  replicas: string[];
}

/** Where all databases are. The names of the shards are those that the shard map uses. */
export interface DatabasesConfig {
  catalog: DatabaseConfig;
  shards: Record<string, DatabaseConfig>;
}

/** URLs of all servers of a database. */
export function nodesOf({ primary, replicas }: DatabaseConfig): string[] {
  return [primary, ...replicas];
}

/** The name of the catalog database in statements, events and metrics; no shard may be called so. */
export const CATALOG = 'catalog';

const url = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''),
    'is not a URL of the form postgres://user:password@host:port/database',
  );
const database = z.strictObject({ primary: url, replicas: z.array(url).default([]) });
const shardName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'is not a name of lower-case letters, digits and _');
const config = z
  .strictObject({
    catalog: database,
    shards: z
      .record(shardName, database)
      .refine((shards) => Object.keys(shards).length > 0, 'needs at least one shard'),
  })
  .superRefine(({ catalog, shards }, context) => {
    if (Object.hasOwn(shards, CATALOG)) {
      context.addIssue({ code: 'custom', path: ['shards', CATALOG], message: 'is the name of the catalog database' });
    }
    for (const [name, path] of repeatedPrimaries({ ...shards, [CATALOG]: catalog })) {
      context.addIssue({ code: 'custom', path: ['shards', name], message: `is the same database as ${path}` });
    }
  });

/**
 * Checks a configuration of databases.
 * @param source what it was read from, for the message
 * @throws DatabasesConfigError with all problems together
 */
export function parseDatabasesConfig(value: unknown, source: string): DatabasesConfig {
  const parsed = config.safeParse(value);
  if (!parsed.success) throw new DatabasesConfigError(`${source}:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Reads the JSON file that says where the databases are.
 * @throws DatabasesConfigError when it cannot be read, is no JSON or is not valid, with all problems together
 */
export async function readDatabasesFile(path: string): Promise<DatabasesConfig> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new DatabasesConfigError(`cannot read the databases file ${path}: ${messageOf(error)}`, { cause: error });
  }
  return parseDatabasesConfig(value, path);
}

// Two names of one database would both claim its rows.
function repeatedPrimaries(databases: Record<string, DatabaseConfig>): [name: string, sameAs: string][] {
  const nameOf = new Map<string, string>();
  const repeated: [string, string][] = [];
  for (const [name, { primary }] of Object.entries(databases).toReversed()) {
    const { host, pathname } = new URL(primary);
    const first = nameOf.get(host + pathname);
    if (first === undefined) nameOf.set(host + pathname, name);
    else repeated.push([name, first]);
  }
  return repeated;
}
