import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { CATALOG_LOGICAL_SHARD } from '@tributary/prisma/ids/id';
import { readAtLeast } from '@tributary/prisma/session/database-session';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';

let servers: IsolatedDatabases;
let databases: Databases;
let statements: ObservedStatement[] = [];

beforeAll(async () => {
  servers = await startIsolatedDatabases({ catalogReplicas: 1, shardReplicas: 0 });
  databases = await openDatabases({
    service: 'minimum-positions',
    readConfig: async () => servers.config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 5_000,
    connectionTimeoutMs: 1_000,
    onStatement: (statement) => statements.push(statement),
  });
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await servers?.close();
});

beforeEach(async () => {
  await servers.waitForReplicas();
  statements = [];
});

async function onReplica(sql: string): Promise<void> {
  const [replica] = servers.catalog.replicas;
  if (replica === undefined) throw new Error('there is no replica');
  await withConnection(replica.adminUrlOf('catalog'), (client) => client.query(sql));
}

/** Writes a category, outside of any session, and gives its slug and where it was committed. */
async function writeCategory(): Promise<{ slug: string; position: number }> {
  const id = await databases.newId(CATALOG_LOGICAL_SHARD);
  await databases.catalog().category.create({ data: { id, slug: String(id), name: 'Late', position: 0 } });
  return { slug: String(id), position: await databases.positionOf('catalog') };
}

const isThere = async (slug: string) => (await databases.catalog().category.count({ where: { slug } })) === 1;

async function rolesOf(read: () => Promise<unknown>): Promise<string[]> {
  statements = [];
  await read();
  return statements.map(({ role }) => role);
}

it('a read of a position runs on a replica that has replayed so far', async () => {
  const { slug, position } = await writeCategory();
  await servers.waitForReplicas();
  expect(
    await rolesOf(async () => expect(await readAtLeast({ catalog: position }, () => isThere(slug))).toBe(true)),
  ).toEqual(['replica']);
});

it('a read of a position runs on the primary while no replica has replayed so far, and others on the replica', async () => {
  await onReplica('SELECT pg_wal_replay_pause()');
  try {
    const { slug, position } = await writeCategory();
    expect(await isThere(slug)).toBe(false);
    const reading = () => readAtLeast({ catalog: position }, () => isThere(slug));
    expect(await reading()).toBe(true);
    expect(await rolesOf(reading)).toEqual(['primary']);
    expect(await rolesOf(() => readAtLeast({ shard_0: position }, () => isThere(slug)))).toEqual(['replica']);
  } finally {
    await onReplica('SELECT pg_wal_replay_resume()');
  }
});

it('a position grows with every commit, of shards too', async () => {
  const first = await writeCategory();
  const second = await writeCategory();
  expect(second.position).toBeGreaterThan(first.position);
  expect(await databases.positionOf('shard_0')).toBeGreaterThan(0);
  await expect(databases.positionOf('shard_9')).rejects.toThrow('no shard is called shard_9');
});
