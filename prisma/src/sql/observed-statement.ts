/** One statement that a server was sent. */
export interface ObservedStatement {
  text: string;
  values: readonly unknown[];
  /** `catalog` or the name of a shard. */
  database: string;
  role: 'primary' | 'replica';
  /** `host:port` of the server. */
  node: string;
  /** Rows returned, or affected; 0 when it failed. */
  rows: number;
  durationMs: number;
  /** Unix time in milliseconds. */
  startedAtMs: number;
  /** Set when it failed: the SQLSTATE or, where no server answered with one, what kind of error it was. It holds no values. */
  error?: string;
}

/**
 * Called once a statement, after it, in the `AsyncLocalStorage` context of the code that asked for it. It must not throw.
 * `findUnique` calls of one tick and one shape are one statement, which is seen in the context of the first of them.
 */
export type StatementObserver = (statement: ObservedStatement) => void;
