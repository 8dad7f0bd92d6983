import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openDatabases } from '@tributary/prisma/clients/databases';
import { DatabasesConfigError } from '@tributary/prisma/errors/databases-config-error';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

let kit: TestDatabases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'connection-budget' });
}, 60_000);

afterAll(() => kit?.close());

const open = (poolSize: number, fleetProcesses: number) =>
  openDatabases({
    service: 'budget',
    readConfig: async () => kit.config,
    poolSize,
    fleetProcesses,
    statementTimeoutMs: 5_000,
    connectionTimeoutMs: 5_000,
  });

it('start-up refuses pools that a server cannot hold, and shows the arithmetic and what to change', async () => {
  const server = new URL(kit.config.catalog.primary).host;
  await expect(open(50, 6)).rejects.toThrow(DatabasesConfigError);
  await expect(open(50, 6)).rejects.toThrow(
    new RegExp(
      `the server ${server} accepts 295 connections .*, but 324 may be opened: ` +
        '6 processes x \\(1 databases x a pool of 50 \\+ 4 for probes and listeners\\)\\. ' +
        'Lower .*DATABASE_POOL_SIZE.*DATABASE_FLEET_PROCESSES.*max_connections\\.',
    ),
  );
});

it('pools that just fit are accepted', async () => {
  const databases = await open(45, 6);
  await databases.close();
});
