import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import type { Coordination } from '@tributary/runtime/cache/coordination';
import { createMemoryValueStore } from '@tributary/runtime/cache/memory-value-store';
import { createPostgresCoordination } from '@tributary/runtime/cache/postgres-coordination';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';
import { CONTRACT_LEASE_MS, describeCoordination } from './coordination-contract.ts';
import { describeInterleaving } from './describe-interleaving.ts';
import { describeProcesses } from './processes-contract.ts';

const CHANNEL = 'cache_test';

let databases: TestDatabases;
const opened: Coordination[] = [];
beforeAll(async () => {
  databases = await startTestDatabases({ name: 'cache_coordination', shards: 1 });
});
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await databases.close();
});

function create({ url = databases.config.catalog.primary, leaseMs = CONTRACT_LEASE_MS, channel = CHANNEL } = {}) {
  return createPostgresCoordination({ url, channel, leasePrefix: '', leaseMs, onError: () => undefined });
}

function open(options: { url?: string } = {}): Coordination {
  const coordination = create(options);
  opened.push(coordination);
  return coordination;
}

const admin = (statement: string) =>
  withConnection(databases.adminUrlOf('catalog'), (client) => client.query(statement));

const tearDown = async (): Promise<void> => undefined;
describeCoordination('tables of Postgres', async () => ({ coordination: open(), tearDown }));
describeProcesses('tables of Postgres', async () => ({
  processes: [open(), open()],
  say: (message) =>
    withConnection(databases.adminUrlOf('catalog'), (client) =>
      client.query('select pg_notify($1, $2)', [CHANNEL, message]),
    ),
  tearDown,
}));

let lastChannel = 0;
let ofLastSchedule: Coordination | undefined;
afterAll(() => ofLastSchedule?.close());
describeInterleaving('tables of Postgres', {
  schedules: Number(process.env['TRIBUTARY_CACHE_POSTGRES_SCHEDULES'] ?? 100),
  openStores: async () => {
    await ofLastSchedule?.close();
    ofLastSchedule = create({ leaseMs: 40, channel: `cache_test_${++lastChannel}` });
    await ofLastSchedule.versionsOf(['the tables are there']);
    await admin('truncate tributary_cache.tags, tributary_cache.leases');
    return { values: createMemoryValueStore({ limitBytes: 1_000_000 }), coordination: ofLastSchedule };
  },
});

describe('the coordination on tables of Postgres', () => {
  it('makes its tables once for many processes that start together', async () => {
    await admin('drop schema if exists tributary_cache cascade');
    const versions = await Promise.all(Array.from({ length: 8 }, () => open().versionsOf(['tag'])));
    expect(versions).toEqual(Array.from({ length: 8 }, () => [undefined]));
  });

  it('throws away what a fill brings during which the tables lost their rows, as after a crash', async () => {
    const coordination = open();
    const [ticket] = await coordination.beginFills([{ key: 'row', tags: ['row'] }]);
    await coordination.invalidate({ tags: ['row'], positions: {} });
    await admin('truncate tributary_cache.tags, tributary_cache.clock');
    expect(ticket && (await coordination.finishFills([{ ticket, tags: ['row'], lifetimeMs: 60_000 }]))).toEqual([
      { outcome: 'overtaken' },
    ]);
  });

  it('is not stopped by writers that change the same tags in another order', async () => {
    const [one, other] = [open(), open()];
    const tags = Array.from({ length: 50 }, (_, index) => `ordered ${index}`);
    const rounds = Array.from({ length: 20 }, () => [
      one.invalidate({ tags, positions: { catalog: 1 } }),
      other.invalidate({ tags: tags.toReversed(), positions: { catalog: 2 } }),
    ]);
    await expect(Promise.all(rounds.flat())).resolves.toHaveLength(40);
  });

  it('rejects while the server is away', async () => {
    const coordination = open({ url: 'postgres://nobody@127.0.0.1:1/nowhere' });
    await expect(coordination.versionsOf(['tag'])).rejects.toThrow();
    await expect(coordination.invalidate({ tags: ['tag'], positions: {} })).rejects.toThrow();
  });
});
