import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import { eventually } from '../kit/eventually.ts';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';

let servers: IsolatedDatabases;
let databases: Databases;
const statements: ObservedStatement[] = [];

beforeAll(async () => {
  servers = await startIsolatedDatabases({ catalogReplicas: 2, shardReplicas: 0 });
  databases = await openDatabases({
    service: 'lag',
    readConfig: async () => servers.config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 5_000,
    connectionTimeoutMs: 10_000,
    maxReplicaLagMs: 1_000,
    onStatement: (statement) => statements.push(statement),
  });
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await servers?.close();
});

const replicaStates = () => databases.health().catalog.replicas;

async function onReplica(sql: string): Promise<void> {
  const [replica] = servers.catalog.replicas;
  if (replica === undefined) throw new Error('there is no replica');
  await withConnection(replica.adminUrlOf('catalog'), (client) => client.query(sql));
}

async function nodesOfReads(): Promise<Set<string>> {
  statements.length = 0;
  await Promise.all(Array.from({ length: 10 }, () => databases.catalog().$queryRaw`SELECT 1 AS one /* lag read */`));
  return new Set(statements.filter(({ text }) => text.includes('lag read')).map(({ node }) => node));
}

it('a replica that is too far behind gets no reads until it has caught up', async () => {
  const [behind, other] = replicaStates().map(({ node }) => node);
  await eventually(
    async () => replicaStates(),
    (states) => states.every(({ status }) => status === 'healthy'),
  );
  expect(await nodesOfReads()).toEqual(new Set([behind, other]));

  await onReplica('SELECT pg_wal_replay_pause()');
  await databases.catalog().category.create({ data: { id: 1n, slug: 'late', name: 'Late', position: 0 } });
  await eventually(
    async () => replicaStates(),
    ([state]) => state?.status === 'unhealthy',
  );
  expect(replicaStates()).toMatchObject([
    { status: 'unhealthy', reason: expect.stringMatching(/^lags by \d+ ms$/) },
    { status: 'healthy' },
  ]);
  expect(await nodesOfReads()).toEqual(new Set([other]));

  await onReplica('SELECT pg_wal_replay_resume()');
  await eventually(
    async () => replicaStates(),
    ([state]) => state?.status === 'healthy',
  );
  expect(await nodesOfReads()).toEqual(new Set([behind, other]));
}, 30_000);
