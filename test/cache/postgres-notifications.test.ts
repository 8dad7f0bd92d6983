import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withConnection } from '@tributary/local-stack/postgres/admin-connection';
import { systemClock } from '@tributary/runtime/cache/clock';
import type { Coordination, FillVerdict } from '@tributary/runtime/cache/coordination';
import { createMemoryCoordination } from '@tributary/runtime/cache/memory-coordination';
import { openNotifiedCoordination } from '@tributary/runtime/cache/notified-coordination';
import { eventually } from '../kit/eventually.ts';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';
import { CONTRACT_LEASE_MS, describeCoordination } from './coordination-contract.ts';
import { describeProcesses } from './processes-contract.ts';

const CHANNEL = 'cache_test';
const LIFETIME_MS = 60_000;

let databases: TestDatabases;
beforeAll(async () => {
  databases = await startTestDatabases({ name: 'cache_notifications', shards: 1 });
});
afterAll(() => databases.close());

const open = ({ url = databases.config.catalog.primary, replicaLagLimitMs = 0 } = {}): Promise<Coordination> =>
  openNotifiedCoordination({
    local: createMemoryCoordination({ leaseMs: CONTRACT_LEASE_MS }),
    clock: systemClock,
    url,
    channel: CHANNEL,
    replicaLagLimitMs,
    onError: () => undefined,
  });

describeCoordination('memory with notifications by Postgres', async () => {
  const coordination = await open();
  return { coordination, tearDown: () => coordination.close() };
});

describeProcesses('notifications by Postgres', async () => {
  const processes = [await open(), await open()] as const;
  return {
    processes,
    say: (message) =>
      withConnection(databases.adminUrlOf('catalog'), (client) =>
        client.query('select pg_notify($1, $2)', [CHANNEL, message]),
      ),
    tearDown: async () => {
      await Promise.all(processes.map((each) => each.close()));
    },
  };
});

describe('a process that hears of others by notifications', () => {
  async function fill(coordination: Coordination, tag: string): Promise<FillVerdict | undefined> {
    const [ticket] = await coordination.beginFills([{ key: tag, tags: [tag] }]);
    if (!ticket) throw new Error('there was no ticket');
    const [verdict] = await coordination.finishFills([{ ticket, tags: [tag], lifetimeMs: LIFETIME_MS }]);
    await coordination.releaseLeases([ticket]);
    return verdict;
  }

  const cutOff = () =>
    withConnection(databases.adminUrlOf('catalog'), (client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'listen ${CHANNEL}'`,
      ),
    );

  it('takes what it knew for untrue when it was cut off, and says that there was a gap', async () => {
    const coordination = await open();
    let gaps = 0;
    await coordination.subscribe({ onInvalidated: () => undefined, onGap: () => gaps++ });
    const [ticket] = await coordination.beginFills([{ key: 'under way', tags: ['a'] }]);
    expect(await fill(coordination, 'known')).toMatchObject({ outcome: 'current' });
    await cutOff();
    await eventually(
      async () => gaps,
      (count) => count >= 2,
    );
    expect(await coordination.versionsOf(['known'])).toEqual([undefined]);
    expect(ticket && (await coordination.finishFills([{ ticket, tags: ['a'], lifetimeMs: LIFETIME_MS }]))).toEqual([
      { outcome: 'overtaken' },
    ]);
    await coordination.close();
  });

  it('lets nothing be kept for longer than replicas may lag behind what it may have missed, until they have caught up', async () => {
    const coordination = await open({ replicaLagLimitMs: 300 });
    const first = await fill(coordination, 'row');
    expect(first?.outcome === 'current' && first.lifetimeMs).toBeLessThanOrEqual(300);
    await eventually(
      () => fill(coordination, 'row'),
      (verdict) => verdict?.outcome === 'current' && verdict.lifetimeMs === LIFETIME_MS,
    );
    await coordination.close();
  });

  it('starts without the server, lets nothing be stored, and says that others could not be told', async () => {
    const coordination = await open({ url: 'postgres://nobody@127.0.0.1:1/nowhere' });
    expect(await fill(coordination, 'row')).toMatchObject({ outcome: 'current', lifetimeMs: 0 });
    await expect(coordination.invalidate({ tags: ['row'], positions: {} })).rejects.toThrow();
    await coordination.close();
  });
});
