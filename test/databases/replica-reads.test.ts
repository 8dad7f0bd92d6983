import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { runInDatabaseSession } from '@tributary/prisma/session/database-session';
import type { ObservedStatement } from '@tributary/prisma/sql/observed-statement';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;
let databases: Databases;
let statements: ObservedStatement[] = [];

const LOGICAL_SHARD = 7;
const rolesUsed = () => [...new Set(statements.map(({ role }) => role))];

async function newUser(): Promise<{ id: bigint; email: string; displayName: string; passwordHash: string }> {
  const [id = 0n] = await databases.newIds(LOGICAL_SHARD, 1);
  statements = [];
  return { id, email: `${id}@example.com`, displayName: 'Ann', passwordHash: 'hash' };
}

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'replica-reads' });
  databases = await openDatabases({
    service: 'replica-reads',
    readConfig: async () => kit.config,
    poolSize: 4,
    fleetProcesses: 1,
    statementTimeoutMs: 5_000,
    connectionTimeoutMs: 5_000,
    onStatement: (statement) => statements.push(statement),
  });
}, 60_000);

afterAll(async () => {
  await databases?.close();
  await kit?.close();
});

beforeEach(() => {
  statements = [];
});

describe('outside a transaction', () => {
  const isInRecovery = () =>
    databases.shardOfLogical(LOGICAL_SHARD).$queryRaw<{ is_in_recovery: boolean }[]>`
      SELECT pg_is_in_recovery() AS is_in_recovery`;

  it('a read is answered by a server in recovery, a read of $primary() by one that is not', async () => {
    expect(await isInRecovery()).toEqual([{ is_in_recovery: true }]);
    const primary = databases.shardOfLogical(LOGICAL_SHARD).$primary();
    expect(await primary.$queryRaw`SELECT pg_is_in_recovery() AS is_in_recovery`).toEqual([{ is_in_recovery: false }]);
  });

  it('every way to read through a model goes to a replica', async () => {
    const { user } = databases.shardOfLogical(LOGICAL_SHARD);
    const existing = await newUser();
    await user.create({ data: existing });
    await kit.waitForReplicas();
    statements = [];
    const where = { id: existing.id };
    await user.findUnique({ where });
    await user.findUniqueOrThrow({ where });
    await user.findFirst({ where });
    await user.findFirstOrThrow({ where });
    await user.findMany({ where });
    await user.count();
    await user.aggregate({ _max: { id: true } });
    await user.groupBy({ by: 'role', _count: true });
    expect(statements).toHaveLength(8);
    expect(rolesUsed()).toEqual(['replica']);
  });

  it('every write and every unsafe raw statement goes to the primary', async () => {
    const shard = databases.shardOfLogical(LOGICAL_SHARD);
    const data = await newUser();
    await shard.user.create({ data });
    await shard.user.update({ where: { id: data.id }, data: { displayName: 'Bo' } });
    await shard.user.upsert({ where: { id: data.id }, update: {}, create: data });
    await shard.$executeRaw`UPDATE users SET bio = 'hi' WHERE id = ${data.id}`;
    await shard.$executeRawUnsafe('SELECT 1');
    await shard.$queryRawUnsafe('SELECT 1');
    await shard.user.deleteMany({ where: { id: data.id } });
    expect(statements.length).toBeGreaterThanOrEqual(7);
    expect(rolesUsed()).toEqual(['primary']);
  });

  it('reads of the catalog are spread evenly over its two replicas', async () => {
    await Promise.all(Array.from({ length: 40 }, () => databases.catalog().$queryRaw`SELECT pg_sleep(0.01)::text`));
    const perNode = Map.groupBy(statements, ({ node }) => node);
    expect(perNode.size).toBe(2);
    // One that has no answer in a quarter of a second is asked of the other one, too.
    for (const each of perNode.values()) expect(each.length).toBeGreaterThanOrEqual(20);
    expect(rolesUsed()).toEqual(['replica']);
  });
});

describe('inside a transaction', () => {
  it('reads see what the transaction has written, on the primary', async () => {
    const data = await newUser();
    await databases.shardOf(data.id).$transaction(async (tx) => {
      await tx.user.create({ data });
      expect(await tx.user.findUnique({ where: { id: data.id } })).toMatchObject({ email: data.email });
      expect(await tx.$queryRaw`SELECT email FROM users WHERE id = ${data.id}`).toEqual([{ email: data.email }]);
    });
    expect(rolesUsed()).toEqual(['primary']);
    expect(statements.at(0)?.text).toBe('BEGIN');
    expect(statements.at(-1)?.text).toBe('COMMIT');
  });

  it('a list of operations stays together on the primary', async () => {
    const data = await newUser();
    const shard = databases.shardOf(data.id);
    const where = { id: data.id };
    const [, count] = await shard.$transaction([shard.user.create({ data }), shard.user.count({ where })]);
    expect(count).toBe(1);
    expect(rolesUsed()).toEqual(['primary']);
  });

  it('a failure rolls everything back', async () => {
    const data = await newUser();
    const failing = databases.shardOf(data.id).$transaction(async (tx) => {
      await tx.user.create({ data });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(
      await databases
        .shardOf(data.id)
        .$primary()
        .user.count({ where: { id: data.id } }),
    ).toBe(0);
  });
});

describe('a session', () => {
  it('reads its own writes: from the primary of the database it wrote to, from replicas of the others', async () => {
    const data = await newUser();
    await runInDatabaseSession(async () => {
      const shard = databases.shardOf(data.id);
      await shard.user.count();
      expect(rolesUsed()).toEqual(['replica']);

      await shard.user.create({ data });
      statements = [];
      expect(await shard.user.findUnique({ where: { id: data.id } })).toMatchObject({ id: data.id });
      expect(rolesUsed()).toEqual(['primary']);

      statements = [];
      await databases.catalog().product.count();
      expect(rolesUsed()).toEqual(['replica']);
    });
    statements = [];
    await databases.shardOf(data.id).user.count();
    expect(rolesUsed()).toEqual(['replica']);
  });

  it('counts a raw write in a transaction, and one through $primary(), as its own', async () => {
    const { id } = await newUser();
    for (const write of [
      () => databases.shardOf(id).$transaction((tx) => tx.$queryRaw`UPDATE users SET bio = 'a' RETURNING id`),
      () => databases.shardOf(id).$primary().$queryRaw`UPDATE users SET bio = 'b' RETURNING id`,
    ]) {
      await runInDatabaseSession(async () => {
        await write();
        statements = [];
        await databases.shardOf(id).user.count();
        expect(rolesUsed()).toEqual(['primary']);
      });
    }
  });

  it('does not count making ids as a write', async () => {
    await runInDatabaseSession(async () => {
      const { id } = await newUser();
      await databases.shardOf(id).user.count();
      expect(rolesUsed()).toEqual(['replica']);
    });
  });
});
