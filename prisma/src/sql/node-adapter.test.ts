import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils';
import { PrismaClient } from '../../generated/catalog/client.ts';
import { DatabaseUnavailableError, recoverUnavailable } from '../errors/database-unavailable-error.ts';
import { adaptNode } from './node-adapter.ts';
import type { ObservedStatement } from './observed-statement.ts';
import { createSwitchingAdapter } from './switching-adapter.ts';

const IDENTITY = { database: 'catalog', role: 'replica', node: 'db-1:5432' } as const;
const REFUSED = new DriverAdapterError({ kind: 'DatabaseNotReachable', host: 'db-1', port: 5432 });

const withState = (code: string, message = 'message') =>
  new DriverAdapterError({
    kind: 'postgres',
    originalCode: code,
    code,
    severity: 'ERROR',
    message,
    detail: undefined,
    column: undefined,
    hint: undefined,
  });

/** A driver without a server: every query answers one row after a turn of the event loop, or fails. */
function fakeConnection(failure?: Error): SqlDriverAdapter {
  const turn = async (): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (failure !== undefined) throw failure;
  };
  const queries: SqlQueryable = {
    provider: 'postgres',
    adapterName: 'fake',
    queryRaw: async () => {
      await turn();
      return { columnNames: ['one'], columnTypes: [ColumnTypeEnum.Int32], rows: [[1]] };
    },
    executeRaw: async () => {
      await turn();
      return 5;
    },
  };
  return {
    ...queries,
    executeScript: turn,
    startTransaction: async () => {
      await turn();
      return { ...queries, options: { usePhantomQuery: false }, commit: turn, rollback: turn };
    },
    dispose: async () => undefined,
  };
}

function clientOf(
  onStatement?: (statement: ObservedStatement) => void,
  failure?: Error,
  onFailure?: () => void,
): PrismaClient {
  const node = adaptNode(fakeConnection(failure), IDENTITY, { onStatement, onFailure });
  return new PrismaClient({ adapter: createSwitchingAdapter(() => node), errorFormat: 'minimal' });
}

describe('an observer', () => {
  it('sees every statement of a transaction, its BEGIN and COMMIT among them', async () => {
    const seen: ObservedStatement[] = [];
    await clientOf((statement) => seen.push(statement)).$transaction(async (tx) => {
      await tx.$queryRaw`SELECT ${1}`;
      await tx.$executeRaw`UPDATE nothing`;
    });
    expect(seen.map(({ text, values, rows, node }) => ({ text, values, rows, node }))).toEqual([
      { text: 'BEGIN', values: [], rows: 0, node: 'db-1:5432' },
      { text: 'SELECT $1', values: [1], rows: 1, node: 'db-1:5432' },
      { text: 'UPDATE nothing', values: [], rows: 5, node: 'db-1:5432' },
      { text: 'COMMIT', values: [], rows: 5, node: 'db-1:5432' },
    ]);
  });

  it('is called in the context of whoever asked, however many ask at once', async () => {
    const context = new AsyncLocalStorage<number>();
    const seen = new Map<number | undefined, string[]>();
    const client = clientOf(({ text }) => {
      const asker = context.getStore();
      seen.set(asker, [...(seen.get(asker) ?? []), text]);
    });
    const askers = Array.from({ length: 10 }, (_, index) => index);
    await Promise.all(
      askers.map((asker) =>
        context.run(asker, async () => {
          await client.$queryRawUnsafe(`SELECT ${asker}`);
          await client.$transaction((tx) => tx.$executeRawUnsafe(`UPDATE ${asker}`));
        }),
      ),
    );
    for (const asker of askers) {
      expect(seen.get(asker)).toEqual([`SELECT ${asker}`, 'BEGIN', `UPDATE ${asker}`, 'COMMIT']);
    }
  });

  it('is told why a statement failed', async () => {
    const seen: ObservedStatement[] = [];
    await expect(clientOf((statement) => seen.push(statement), REFUSED).$queryRaw`SELECT 1`).rejects.toThrow();
    expect(seen).toEqual([expect.objectContaining({ rows: 0, error: 'database catalog is unreachable' })]);
  });

  it('is told the SQLSTATE of what a server refused, and no value', async () => {
    const seen: ObservedStatement[] = [];
    const message = 'duplicate key value violates unique constraint: Key (email)=(a@example.com) already exists.';
    const refusal = withState('23505', message);
    await expect(clientOf((statement) => seen.push(statement), refusal).$queryRaw`SELECT 1`).rejects.toThrow();
    expect(seen).toEqual([expect.objectContaining({ rows: 0, error: '23505' })]);
  });
});

describe('a failure of the connection', () => {
  it('of a statement can be recovered from what Prisma makes of it', async () => {
    const thrown = await clientOf(undefined, REFUSED).category.count().catch(recoverUnavailable);
    expect(thrown).toBeInstanceOf(DatabaseUnavailableError);
    expect(thrown).toMatchObject({ database: 'catalog', node: 'db-1:5432', reason: 'unreachable' });
    expect(thrown).toHaveProperty('cause', REFUSED);
  });

  it('to begin a transaction is a DatabaseUnavailableError as it is', async () => {
    const beginning = clientOf(undefined, REFUSED).$transaction(async () => undefined);
    await expect(beginning).rejects.toBeInstanceOf(DatabaseUnavailableError);
  });

  it('has a message for callers, which names no server, and can be written as JSON', async () => {
    const thrown = await clientOf(undefined, REFUSED).category.count().catch(recoverUnavailable);
    expect(String(thrown)).toBe('DatabaseUnavailableError: database catalog is unreachable');
    expect(JSON.parse(JSON.stringify(thrown))).toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });

  it('is told to who finds out more, and an error of a statement is not', async () => {
    let failures = 0;
    const count = () => {
      failures += 1;
    };
    await expect(clientOf(undefined, REFUSED, count).$queryRaw`SELECT 1`).rejects.toThrow();
    expect(failures).toBe(1);
    const syntax = withState('42601');
    await expect(clientOf(undefined, syntax, count).$queryRaw`SELEC`).rejects.toThrow();
    expect(failures).toBe(1);
  });

  it('is a write that was sent to a replica, too', async () => {
    const thrown = await clientOf(undefined, withState('25006')).$executeRaw`DELETE FROM categories`.catch(
      recoverUnavailable,
    );
    expect(thrown).toMatchObject({ code: 'DATABASE_UNAVAILABLE', reason: 'without-primary' });
  });
});
