import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { PostgresServer } from '@tributary/local-stack/postgres/postgres-server';
import type { DatabaseEvent } from '@tributary/prisma/clients/database-event';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { DatabaseUnavailableError } from '@tributary/prisma/errors/database-unavailable-error';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import { eventually } from '../kit/eventually.ts';
import { type IsolatedDatabases, startIsolatedDatabases } from '../kit/isolated-databases.ts';

let servers: IsolatedDatabases;
let databases: Databases;
let statements: ObservedStatement[] = [];
const events: DatabaseEvent[] = [];

async function open(limits: { catalogWaitMs?: number; signal?: AbortSignal } = {}): Promise<Databases> {
  return openDatabases({
    ...limits,
    service: 'failover',
    readConfig: async () => servers.config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 1_000,
    connectionTimeoutMs: 1_000,
    onStatement: (statement) => statements.push(statement),
    onEvent: (event) => events.push(event),
  });
}

function replica(index: number): PostgresServer {
  const found = servers.catalog.replicas[index];
  if (found === undefined) throw new Error(`there is no replica ${index}`);
  return found;
}

const nodeOf = (server: PostgresServer) => `127.0.0.1:${server.port}`;
const healthyReplicas = () =>
  databases.health().catalog.replicas.flatMap(({ node, status }) => (status === 'healthy' ? [node] : []));

/** Reads that have nothing to do with each other, and what answered them. */
async function nodesOfReads(count: number): Promise<Set<string>> {
  const isRead = ({ text }: ObservedStatement) => text.includes('failover read');
  statements = [];
  await Promise.all(
    Array.from({ length: count }, () => databases.catalog().$queryRaw`SELECT 1 AS one /* failover read */`),
  );
  return new Set(statements.filter((each) => isRead(each) && each.error === undefined).map(({ node }) => node));
}

async function allReplicasAreUsed(): Promise<void> {
  await eventually(
    async () => healthyReplicas(),
    (healthy) => healthy.length === 2,
  );
}

beforeAll(async () => {
  servers = await startIsolatedDatabases({ catalogReplicas: 2, shardReplicas: 1 });
  databases = await open();
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await servers?.close();
});

afterEach(async () => {
  await servers.catalog.primary.start();
  await servers.shard.primary.start();
  for (const server of servers.catalog.replicas) {
    await server.resume();
    await server.start();
  }
  await allReplicasAreUsed();
}, 60_000);

describe('reads of the catalog', () => {
  it('are spread over both replicas and never bother the primary', async () => {
    expect(await nodesOfReads(20)).toEqual(new Set([nodeOf(replica(0)), nodeOf(replica(1))]));
  });

  it('go on without a single error when a replica is killed, and come back to it after its restart', async () => {
    await replica(0).kill();
    expect(await nodesOfReads(20)).toEqual(new Set([nodeOf(replica(1))]));
    expect(healthyReplicas()).toEqual([nodeOf(replica(1))]);

    await replica(0).start();
    await allReplicasAreUsed();
    expect(await nodesOfReads(20)).toEqual(new Set([nodeOf(replica(0)), nodeOf(replica(1))]));
  });

  it('are served by the primary while every replica is down', async () => {
    await Promise.all([replica(0).kill(), replica(1).kill()]);
    expect(await nodesOfReads(10)).toEqual(new Set([nodeOf(servers.catalog.primary)]));
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'node-down', database: 'catalog', role: 'replica', node: nodeOf(replica(1)) }),
    );
  });

  it('leave a replica that answers nothing, and none of them hangs', async () => {
    await replica(0).pause();
    await eventually(
      async () => healthyReplicas(),
      (healthy) => healthy.length === 1,
    );
    expect(await nodesOfReads(10)).toEqual(new Set([nodeOf(replica(1))]));
  });

  it('that a hanging replica holds are answered by another node when its time is up', async () => {
    await replica(0).pause();
    const nodes = await nodesOfReads(4);
    expect(nodes.has(nodeOf(replica(0)))).toBe(false);
    expect(nodes.size).toBeGreaterThan(0);
  });

  it('work without the primary, where a write says that the database is unavailable', async () => {
    await servers.catalog.primary.kill();
    expect(await nodesOfReads(10)).toEqual(new Set([nodeOf(replica(0)), nodeOf(replica(1))]));
    const unavailable = {
      name: 'DatabaseUnavailableError',
      code: 'DATABASE_UNAVAILABLE',
      reason: expect.stringMatching(/^(unreachable|without-primary)$/),
    };
    const category = { id: 1n, slug: 'a', name: 'A', position: 0 };
    const catalog = databases.catalog();
    await expect(catalog.category.create({ data: category })).rejects.toMatchObject(unavailable);
    await expect(catalog.$executeRaw`DELETE FROM categories`).rejects.toMatchObject(unavailable);
    await expect(catalog.$transaction((tx) => tx.category.count())).rejects.toMatchObject(unavailable);
    await expect(catalog.$transaction([catalog.category.count()])).rejects.toMatchObject(unavailable);
    await expect(databases.newIds(1023, 1)).rejects.toMatchObject(unavailable);
    await eventually(
      async () => databases.health().catalog.primary.status,
      (status) => status === 'unhealthy',
    );
  });
});

describe('a transaction', () => {
  it('whose server dies under it ends as unavailable, and so does nothing by halves', async () => {
    const running = databases.catalog().$transaction(async (tx) => {
      await tx.category.create({ data: { id: 7n, slug: 'halves', name: 'Halves', position: 0 } });
      await servers.catalog.primary.kill();
      await tx.category.count();
    });
    await expect(running).rejects.toBeInstanceOf(DatabaseUnavailableError);
    await servers.catalog.primary.start();
    await eventually(
      async () => databases.health().catalog.primary.status,
      (status) => status === 'healthy',
    );
    expect(
      await databases
        .catalog()
        .$primary()
        .category.count({ where: { id: 7n } }),
    ).toBe(0);
  });
});

describe('a pool whose connections are all busy', () => {
  it('refuses a write within its time limit, as overloaded', async () => {
    const shard = databases.shardNamed('shard_0').$primary();
    const busy = Array.from({ length: 4 }, () =>
      shard.$transaction(
        async (tx) => {
          await tx.$queryRaw`SELECT pg_sleep(0.9)::text`;
          await tx.$queryRaw`SELECT pg_sleep(0.9)::text`;
        },
        { timeout: 5_000 },
      ),
    );
    await eventually(
      async () => busyConnections(),
      (count) => count === 4,
    );
    await expect(shard.user.count()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', reason: 'overloaded' });
    await Promise.all(busy);
  });

  function busyConnections(): number {
    return statements.filter(({ text, database }) => text === 'BEGIN' && database === 'shard_0').length;
  }
});

describe('start-up', () => {
  it('succeeds with a dead replica and a dead shard, which work once they are back', async () => {
    await databases.close();
    await Promise.all([replica(0).kill(), servers.shard.primary.kill()]);
    databases = await open();
    expect(databases.health().catalog.replicas.map(({ status }) => status)).toEqual(['unhealthy', 'healthy']);
    expect(await nodesOfReads(10)).toEqual(new Set([nodeOf(replica(1))]));

    await Promise.all([replica(0).start(), servers.shard.primary.start()]);
    await allReplicasAreUsed();
    await eventually(
      async () => databases.health().shards[0]?.primary.status,
      (status) => status === 'healthy',
    );
    expect(await databases.newIds(3, 1)).toHaveLength(1);
  });

  it('gives up when the catalog stays away, or when it is told to, and leaves no connection behind', async () => {
    await databases.close();
    await servers.catalog.primary.kill();
    await expect(open({ catalogWaitMs: 600 })).rejects.toBeInstanceOf(DatabaseUnavailableError);
    await expect(open({ signal: AbortSignal.timeout(600) })).rejects.toMatchObject({ name: 'TimeoutError' });

    await withConnection(servers.shard.primary.adminUrlOf('shard_0'), async (admin) => {
      await eventually(
        async () =>
          (await admin.query("SELECT FROM pg_stat_activity WHERE application_name IN ('failover', 'health probe')"))
            .rowCount,
        (connections) => connections === 0,
      );
    });
    await servers.catalog.primary.start();
    databases = await open();
  });

  it('waits for the catalog, and says so', async () => {
    await databases.close();
    await servers.catalog.primary.kill();
    events.length = 0;
    const opening = open();
    await eventually(
      async () => events,
      (seen) => seen.some(({ kind }) => kind === 'waiting-for-catalog'),
    );
    await servers.catalog.primary.start();
    databases = await opening;
    expect(databases.shardMap().version).toBe(1);
  });
});
