import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils';
import { DatabaseError } from 'pg';

type PgAdapter = Awaited<ReturnType<PrismaPg['connect']>>;

export interface MigrationAdapter {
  factory: SqlMigrationAwareDriverAdapterFactory;
  /** Closes the connections, which the engine leaves open. */
  close(): Promise<void>;
}

/**
 * Prisma's adapter of one server, made fit for its schema engine: a script is sent whole, as one transaction, where the adapter
 * would cut it at every semicolon, also inside of function bodies; and columns of Postgres' internal type "char", which the
 * adapter refuses, can be read from the system catalogs.
 * @param onScriptError told of the error of a script, which the engine passes on without its position
 */
export function createMigrationAdapter(
  url: string,
  onScriptError: (error: unknown, script: string) => void,
): MigrationAdapter {
  const opened: PgAdapter[] = [];
  const factory = new PrismaPg({ connectionString: url, application_name: 'migrate', max: 1 });
  const open = async (connecting: Promise<PgAdapter>): Promise<SqlDriverAdapter> => {
    const connection = await connecting;
    opened.push(connection);
    return {
      provider: connection.provider,
      adapterName: connection.adapterName,
      queryRaw: (query) => queryWithInternalChars(connection, query),
      executeRaw: (query) => connection.executeRaw(query),
      executeScript: async (script) => {
        try {
          await connection.underlyingDriver().query(script);
        } catch (error) {
          onScriptError(error, script);
          throw error instanceof DatabaseError ? toAdapterError(error) : error;
        }
      },
      startTransaction: (isolationLevel) => connection.startTransaction(isolationLevel),
      getConnectionInfo: () => connection.getConnectionInfo(),
      dispose: () => Promise.resolve(),
    };
  };
  return {
    factory: {
      provider: factory.provider,
      adapterName: factory.adapterName,
      connect: () => open(factory.connect()),
      connectToShadowDb: () => open(factory.connectToShadowDb()),
    },
    async close() {
      await Promise.all(opened.map((connection) => connection.dispose()));
    },
  };
}

const INTERNAL_CHAR_COLUMNS = new Set(['constraint_type', 'confdeltype', 'confupdtype']);

async function queryWithInternalChars(connection: PgAdapter, query: SqlQuery): Promise<SqlResultSet> {
  const sql = query.sql
    .replace('constr.contype AS constraint_type', 'constr.contype::text AS constraint_type')
    .replaceAll(/\bcon\.(confdeltype|confupdtype),/g, 'con.$1::text AS $1,');
  const result = await connection.queryRaw({ ...query, sql });
  if (sql === query.sql) return result;
  const columnTypes = result.columnTypes.map((type, index) =>
    INTERNAL_CHAR_COLUMNS.has(result.columnNames[index] ?? '') ? ColumnTypeEnum.Character : type,
  );
  return { ...result, columnTypes };
}

function toAdapterError({ code = 'XX000', severity = 'ERROR', message, detail, column, hint }: DatabaseError) {
  return new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
}
