import type { SqlDriverAdapter, SqlQueryable, Transaction } from '@prisma/driver-adapter-utils';
import { DatabaseUnavailableError } from '../errors/database-unavailable-error.ts';
import { propertyOf } from '../errors/thrown-value.ts';
import { currentSignal } from '../session/database-session.ts';
import { connectionFailureOf } from './connection-failure.ts';
import type { ObservedStatement, StatementObserver } from './observed-statement.ts';
import { QUERY_CANCELED, sqlStateOf } from './sql-state.ts';

/** Which server of which database an adapter talks to; its role may change from one statement to the next. */
export type NodeIdentity = Pick<ObservedStatement, 'database' | 'role' | 'node'>;

/** Who is told of what happens at a server. */
export interface NodeObservers {
  /** Sees every statement, also those of transactions with their BEGIN and COMMIT. */
  readonly onStatement?: StatementObserver | undefined;
  /** Called when the server could not be asked: something is to be found out about it. */
  readonly onFailure?: (() => void) | undefined;
}

/** Runs one statement; `rowsOf` counts the rows of its result. */
type RunStatement = <T>(
  text: string,
  values: readonly unknown[],
  run: () => Promise<T>,
  rowsOf: (result: T) => number,
) => Promise<T>;

/** Wraps Prisma's adapter of one server: failures of the connection become `DatabaseUnavailableError`, and observers are told. */
export function adaptNode(
  connection: SqlDriverAdapter,
  identity: NodeIdentity,
  { onStatement, onFailure }: NodeObservers,
): SqlDriverAdapter {
  const translate = translateFailures(identity, onFailure ?? (() => undefined));
  return wrapConnection(connection, onStatement === undefined ? translate : observe(translate, identity, onStatement));
}

function translateFailures(identity: NodeIdentity, onFailure: () => void): RunStatement {
  return async (_text, _values, run) => {
    try {
      return await run();
    } catch (error) {
      const reason = connectionFailureOf(error) ?? (wasAbandoned(error) ? 'abandoned' : undefined);
      if (reason === undefined) throw error;
      if (reason === 'unreachable' || reason === 'without-primary') onFailure();
      throw new DatabaseUnavailableError({ ...identity, reason }, error);
    }
  };
}

function wasAbandoned(error: unknown): boolean {
  return sqlStateOf(error) === QUERY_CANCELED && currentSignal()?.aborted === true;
}

function observe(inner: RunStatement, identity: NodeIdentity, onStatement: StatementObserver): RunStatement {
  return async (text, values, run, rowsOf) => {
    const startedAtMs = Date.now();
    const startedAt = performance.now();
    const report = (outcome: { rows: number; error?: string }) =>
      onStatement({ text, values, ...identity, durationMs: performance.now() - startedAt, startedAtMs, ...outcome });
    try {
      const result = await inner(text, values, run, rowsOf);
      report({ rows: rowsOf(result) });
      return result;
    } catch (error) {
      report({ rows: 0, error: reasonOf(error) });
      throw error;
    }
  };
}

/** Without the messages of Postgres, which hold values: `Key (email)=(a@example.com) already exists`. */
function reasonOf(error: unknown): string {
  if (error instanceof DatabaseUnavailableError) return error.message;
  return (
    sqlStateOf(error) ?? String(propertyOf(error, 'code') ?? propertyOf(error, 'name') ?? 'an error without a code')
  );
}

function wrapConnection(connection: SqlDriverAdapter, run: RunStatement): SqlDriverAdapter {
  return {
    ...wrapQueries(connection, run),
    startTransaction: async (isolationLevel) => {
      const begin = () => connection.startTransaction(isolationLevel);
      return wrapTransaction(await run('BEGIN', [], begin, () => 0), run);
    },
    executeScript: (script) =>
      run(
        script,
        [],
        () => connection.executeScript(script),
        () => 0,
      ),
    getConnectionInfo: () => connection.getConnectionInfo?.() ?? { supportsRelationJoins: true },
    dispose: () => connection.dispose(),
  };
}

function wrapTransaction(transaction: Transaction, run: RunStatement): Transaction {
  return {
    ...wrapQueries(transaction, run),
    options: transaction.options,
    commit: () => transaction.commit(),
    rollback: () => transaction.rollback(),
    createSavepoint: async (name) => transaction.createSavepoint?.(name),
    rollbackToSavepoint: async (name) => transaction.rollbackToSavepoint?.(name),
    releaseSavepoint: async (name) => transaction.releaseSavepoint?.(name),
  };
}

function wrapQueries(queries: SqlQueryable, run: RunStatement): SqlQueryable {
  return {
    provider: queries.provider,
    adapterName: queries.adapterName,
    queryRaw: (query) =>
      run(
        query.sql,
        query.args,
        () => queries.queryRaw(query),
        (result) => result.rows.length,
      ),
    executeRaw: (query) =>
      run(
        query.sql,
        query.args,
        () => queries.executeRaw(query),
        (affected) => affected,
      ),
  };
}
