import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openPrimaryPool } from '@tributary/runtime/cache/primary-pool';
import { eventually } from '../kit/eventually.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let databases: TestDatabases;

beforeAll(async () => {
  databases = await startTestDatabases({ name: 'primary-pool' });
}, 60_000);

afterAll(() => databases?.close());

it('statements go to whichever server is the primary when they are sent, and nothing stays open at the last one', async () => {
  const { catalog, shards } = databases.config;
  let url = catalog.primary;
  const errors: Error[] = [];
  const pool = openPrimaryPool({ url: () => url, onError: (error) => errors.push(error), application_name: 'moves' });
  const databaseOf = async () =>
    (await pool.query<{ name: string }>('select current_database() as name')).rows[0]?.name;
  const nameIn = (of: string) => new URL(of).pathname.slice(1);
  try {
    expect(await databaseOf()).toBe(nameIn(catalog.primary));
    url = shards['shard_0']?.primary ?? '';
    expect(await databaseOf()).toBe(nameIn(url));
    const left = `select from pg_stat_activity where application_name = 'moves' and datname = $1`;
    url = catalog.primary;
    const admin = openPrimaryPool({ url, onError: (error) => errors.push(error) });
    await eventually(
      async () => (await admin.query(left, [nameIn(catalog.primary)])).rowCount,
      (count) => count === 0,
    );
    await admin.end();
    expect(errors).toEqual([]);
  } finally {
    await pool.end();
  }
});
