import { Pool, type PoolConfig, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';

/** URL of a primary, or what tells it at any moment: a promotion makes another server the primary. */
export type PrimaryUrl = string | (() => string);

/** The URL at this moment. */
export function urlNow(url: PrimaryUrl): string {
  return typeof url === 'string' ? url : url();
}

/** The part of a pool of pg that is used. */
export interface PrimaryPool {
  query<Row extends QueryResultRow>(statement: string | QueryConfig, values?: unknown[]): Promise<QueryResult<Row>>;
  end(): Promise<void>;
}

export interface PrimaryPoolOptions extends Omit<PoolConfig, 'connectionString'> {
  readonly url: PrimaryUrl;
  /** Told of what breaks a connection that is not in use. */
  readonly onError: (error: Error) => void;
}

/** Connections to whichever server is the primary when a statement is sent. */
export function openPrimaryPool({ url, onError, ...config }: PrimaryPoolOptions): PrimaryPool {
  let connectionString = urlNow(url);
  let pool = open();

  function open(): Pool {
    const opened = new Pool({ ...config, connectionString });
    opened.on('error', onError);
    return opened;
  }

  function current(): Pool {
    const now = urlNow(url);
    if (now === connectionString) return pool;
    // What is under way there ends by itself, and whoever waits for it hears how.
    pool.end().catch(onError);
    connectionString = now;
    pool = open();
    return pool;
  }

  return {
    query: (statement, values) => current().query(statement, values),
    end: () => pool.end(),
  };
}
