import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Databases, openDatabases } from '@tributary/prisma/clients/databases';
import { startTestDatabases, type TestDatabases } from '../kit/test-databases.ts';

const STATEMENT_TIMEOUT_MS = 1_000;

let kit: TestDatabases;
let databases: Databases;

beforeAll(async () => {
  kit = await startTestDatabases({ name: 'frozen_process' });
  databases = await openDatabases({
    service: 'frozen_process',
    readConfig: async () => kit.config,
    poolSize: 2,
    fleetProcesses: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    connectionTimeoutMs: 5_000,
  });
}, 120_000);
afterAll(async () => {
  await databases?.close();
  await kit?.close();
});

describe('a process that is frozen inside a transaction', () => {
  it.each(['catalog', 'shard_0'])('keeps its locks in %s no longer than a transaction may take', async (name) => {
    const client = name === 'catalog' ? databases.catalog() : databases.shardNamed(name);
    const [setting] = await client.$primary().$queryRaw<{ limit: string }[]>`
      SELECT current_setting('idle_in_transaction_session_timeout') AS limit`;
    expect(setting).toEqual({ limit: '6s' });
  });
});
