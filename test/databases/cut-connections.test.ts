import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openStatementPool, type StatementPool } from '@tributary/prisma/sql/statement-pool';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;
let opened: StatementPool;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'cut-connections', shards: 1 });
}, 60_000);

afterAll(() => kit?.close());

beforeEach(() => {
  opened = openStatementPool({
    connectionString: kit.adminUrlOf('catalog'),
    max: 1,
    connectionTimeoutMillis: 5_000,
    currentSignal: () => undefined,
  });
  // An idle connection that is cut tells the pool.
  opened.pool.on('error', () => undefined);
});

afterEach(() => opened.pool.end());

const isThere = async (table: string) => {
  const { rows } = await opened.pool.query(`SELECT to_regclass('${table}') IS NOT NULL AS is_there`);
  return rows[0].is_there;
};

/** A server whose connections are cut may be none to write to any more. */
describe('when the connections to a server are cut', () => {
  it('a statement that waits for one is not sent over the next one', async () => {
    const { pool, cut } = opened;
    const only = await pool.connect();
    only.on('error', () => undefined);
    const waiting = expect(pool.query('CREATE TABLE waited ()')).rejects.toThrow(/^Connection terminated/);
    cut();
    only.release(true);
    await waiting;
    expect(await isThere('waited')).toBe(false);
  });

  it('nor does a transaction that waits for one begin', async () => {
    const { pool, cut } = opened;
    const only = await pool.connect();
    only.on('error', () => undefined);
    const waiting = expect(pool.connect()).rejects.toThrow(/^Connection terminated/);
    cut();
    only.release(true);
    await waiting;
    expect(await isThere('waited')).toBe(false);
  });

  it('a statement for which one is being opened is not sent', async () => {
    const { pool, cut } = opened;
    const asked = expect(pool.query('CREATE TABLE asked ()')).rejects.toThrow(/^Connection terminated/);
    cut();
    await asked;
    expect(await isThere('asked')).toBe(false);
  });
});
