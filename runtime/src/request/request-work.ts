import { AsyncLocalStorage } from 'node:async_hooks';
import type { ClientSignal } from '../http/http-message.ts';
import { recordStatementSpan, type TracedStatement } from '../tracing/statement-span.ts';
import type { RequestTrace, TraceSpan } from '../tracing/trace-span.ts';

/** One SQL statement that a request ran. The text has placeholders; values are never kept. */
export type StatementRecord = Pick<TracedStatement, 'text' | 'database' | 'role' | 'node' | 'rows' | 'durationMs'>;

/** One call of a loader's `load`: `keys` distinct keys of one group (a database). */
export interface LoaderBatchRecord {
  readonly loader: string;
  readonly group: string;
  readonly keys: number;
}

/** Keys that were looked for in a cache of entities together. */
export interface CacheReadRecord {
  /** The kind of entity. */
  readonly cache: string;
  readonly keys: number;
  /** How many were there, or on their way already. */
  readonly hits: number;
  /** Whether the request went past the cache, since it had written. */
  readonly isBypassed: boolean;
}

/** What one request did so far, in order of completion. It feeds the explain extension, and tests count with it. */
export interface RequestWork {
  readonly requestId: string;
  readonly statements: StatementRecord[];
  readonly loaderBatches: LoaderBatchRecord[];
  readonly cacheReads: CacheReadRecord[];
  /** Aborted when nobody waits for what the request does; absent where that is not known. */
  readonly signal?: ClientSignal | undefined;
  /** The trace that it is part of, and the span that whatever is done now is recorded in; absent where nothing is traced. */
  readonly trace?: RequestTrace | undefined;
}

// One of the two AsyncLocalStorages of the project (the other is the database session): statements and batches happen far
// below the resolvers, and a request's account must not have to be passed through every signature.
const storage = new AsyncLocalStorage<RequestWork>();

/**
 * Runs `run` with a new account, which everything it starts writes to.
 * @param signal of whoever waits for it
 */
export function runWithRequestWork<T>(
  requestId: string,
  run: (work: RequestWork) => T,
  signal?: ClientSignal,
  trace?: RequestTrace,
): T {
  const work: RequestWork = { requestId, statements: [], loaderBatches: [], cacheReads: [], signal, trace };
  return storage.run(work, run, work);
}

/** Runs a part of a request within a span of its own; on the same account, or where there is none, on one that nobody reads. */
export function runWithTrace<T>(trace: RequestTrace, run: () => T): T {
  const work = storage.getStore() ?? { requestId: '', statements: [], loaderBatches: [], cacheReads: [] };
  return storage.run({ ...work, trace }, run);
}

/** What spans of the current context are within; `undefined` where nothing is recorded. */
export function currentSpan(): TraceSpan | undefined {
  return storage.getStore()?.trace?.span;
}

/** The account of the request that is running, or `undefined` outside of one. */
export function currentWork(): RequestWork | undefined {
  return storage.getStore();
}

/**
 * Adds a statement to the running request's account, and to its trace; outside of a request it does nothing. Other fields (values)
 * are dropped.
 */
export function recordStatement(statement: TracedStatement): void {
  const work = currentWork();
  if (work === undefined) return;
  const { text, database, role, node, rows, durationMs } = statement;
  work.statements.push({ text, database, role, node, rows, durationMs });
  if (work.trace?.span !== undefined) recordStatementSpan(work.trace.span, statement);
}

/** Adds a loader's batch to the running request's account; outside of a request it does nothing. */
export function recordLoaderBatch(batch: LoaderBatchRecord): void {
  currentWork()?.loaderBatches.push(batch);
}

/** Adds a read of the cache of entities to the running request's account; outside of a request it does nothing. */
export function recordCacheRead(read: CacheReadRecord): void {
  currentWork()?.cacheReads.push(read);
}
