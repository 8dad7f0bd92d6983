import { Pool, type PoolClient, type PoolConfig, type QueryConfig, type QueryResult } from 'pg';
import { messageOf, propertyOf } from '../errors/thrown-value.ts';
import { requestCancel } from './cancel-request.ts';
import { connectionFailureOf } from './connection-failure.ts';
import { QUERY_CANCELED } from './sql-state.ts';

/** Connections to one server. */
export interface StatementPool {
  readonly pool: Pool;
  /** Breaks every connection, whatever is under way on it. Who waits for one gets none; the next statement opens a new one. */
  cut(): void;
}

export interface StatementPoolOptions extends PoolConfig {
  /** Aborted when nobody waits any more for what is asked in the current context; `undefined` where somebody always does. */
  currentSignal: () => AbortSignal | undefined;
}

type Statement = string | QueryConfig;
type Run = (statement: Statement) => Promise<QueryResult>;

/** What pg rejects with when a server was silent for longer than `query_timeout`. */
const SILENCE = 'Query read timeout';

/** Where a primary gives up waiting until a synchronous replica has a commit. */
const SYNC_WAIT = 'SyncRepWaitForLSN';

/** To cancel the end of a transaction saves nothing, and leaves unknown how it ended. */
const END_OF_TRANSACTION = /^\s*(commit|rollback)\b/i;

/** A commit was acknowledged that no synchronous replica has confirmed: whether it outlives the primary is not known. */
class UnconfirmedCommitError extends Error {
  /** SQLSTATE "transaction resolution unknown". */
  readonly code = '08007';
  readonly severity = 'ERROR';

  constructor() {
    super('the primary gave up waiting for a replica to confirm a commit');
  }
}

/**
 * Opens a pool of pg in which
 *
 * - a statement is cancelled on the server when the signal of its context is aborted;
 * - a connection on which the server was silent for too long is broken: pg would leave the statement on it, and all that come
 *   later wait behind that;
 * - a write that no synchronous replica confirmed is an error. The primary acknowledges it, with a warning, when it is told to
 *   cancel it while it waits for them;
 * - a statement runs in the context of who asked for it. pg-pool runs one that waited in the context of who gave a connection back;
 * - an error of a statement costs no connection;
 * - who waited for a connection when all were cut gets none: the server may be none to write to any more.
 */
export function openStatementPool({ currentSignal, ...config }: StatementPoolOptions): StatementPool {
  const pool = new Pool(config);
  const clients = new Set<PoolClient>();
  pool.on('connect', (client: PoolClient) => {
    clients.add(client);
    guardStatements(client, currentSignal);
  });
  pool.on('remove', (client: PoolClient) => clients.delete(client));
  let cuts = 0;
  const open = pool.connect.bind(pool);
  const connect = async (): Promise<PoolClient> => {
    const cutsBefore = cuts;
    const client = await open();
    if (cuts === cutsBefore) return client;
    client.release();
    throw new Error('Connection terminated before it was there');
  };
  const query: Run = async (statement) => {
    const client = await connect();
    // What breaks the connection fails the statement too.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    try {
      const result = await client.query(statement);
      client.release();
      return result;
    } catch (error) {
      client.release(connectionFailureOf(error) !== undefined);
      throw error;
    } finally {
      client.removeListener('error', ignore);
    }
  };
  return {
    pool: Object.assign(pool, { connect, query }),
    cut() {
      cuts += 1;
      for (const client of clients) client.connection.stream.destroy();
    },
  };
}

function guardStatements(client: PoolClient, currentSignal: () => AbortSignal | undefined): void {
  const original = client.query;
  const send: Run = (statement) => Reflect.apply(original, client, [statement]);
  let wasUnconfirmed = false;
  client.on('notice', ({ routine }) => {
    if (routine === SYNC_WAIT) wasUnconfirmed = true;
  });
  const query: Run = async (statement) => {
    const cancellation = cancelOnAbort(client, statement, currentSignal());
    wasUnconfirmed = false;
    try {
      const result = await send(statement);
      if (wasUnconfirmed) throw new UnconfirmedCommitError();
      return result;
    } catch (error) {
      if (messageOf(error) === SILENCE) client.connection.stream.destroy();
      throw error;
    } finally {
      // A request that is still on its way would hit the next statement of this connection.
      await cancellation?.end();
    }
  };
  Object.assign(client, { query });
}

/** Nobody waits for a statement that was to be sent. */
class AbandonedStatementError extends Error {
  readonly code = QUERY_CANCELED;
  readonly severity = 'ERROR';
}

/** @throws AbandonedStatementError when the signal is aborted already */
function cancelOnAbort(
  client: PoolClient,
  statement: Statement,
  signal: AbortSignal | undefined,
): { end(): Promise<void> | undefined } | undefined {
  if (signal === undefined) return undefined;
  if (END_OF_TRANSACTION.test(typeof statement === 'string' ? statement : statement.text)) return undefined;
  if (signal.aborted) throw new AbandonedStatementError('nobody waits for the statement any more');
  let underWay: Promise<void> | undefined;
  const cancel = (): void => {
    const [processId, secretKey] = [propertyOf(client, 'processID'), propertyOf(client, 'secretKey')];
    if (typeof processId !== 'number' || typeof secretKey !== 'number') return;
    underWay = requestCancel({ host: client.host, port: client.port, processId, secretKey });
  };
  signal.addEventListener('abort', cancel, { once: true });
  return {
    end() {
      signal.removeEventListener('abort', cancel);
      return underWay;
    },
  };
}
